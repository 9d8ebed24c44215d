import { allowedHosts, classOf, type OutboundConfig } from '@sifaka/outbound';
import type { AddressPolicy } from './authoritative-servers.js';

/** Addresses that are not public are asked only where an administrator allowed the name or the address. */
export function addressPolicy({ outboundAllowedHosts }: OutboundConfig): AddressPolicy {
  const allowed = allowedHosts(outboundAllowedHosts);
  return {
    mayAsk(host, address, port) {
      const found = classOf(address);
      if (found === 'public' || allowed.allowsAddress(address, port)) return true;
      return found !== 'metadata' && allowed.allowsName(host, port);
    },
  };
}
