import { isIP } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { allowedHosts, openOutbound, type AllowedHosts, type GuardedOutbound } from '@sifaka/outbound';
import type { CertificateFacts } from '@sifaka/pki';
import { RevocationChecker, type AskedFor, type CheckTerms, type RevocationVerdict } from '@sifaka/revocation-check';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';

/** The guarded way to OCSP responders and revocation lists: where to is read in certificates, which anybody may have written. */
@Injectable()
export class OutsideChecker implements OnApplicationShutdown {
  private readonly outbound: GuardedOutbound;
  private readonly checker: RevocationChecker;

  constructor(@Inject(CONFIG) config: IssuerConfig, @Inject(CLOCK) clock: Clock) {
    const crlBytes = config.crlMaxMegabytes * 1024 * 1024;
    this.outbound = openOutbound({ config, maxResponseBytes: crlBytes + 1 });
    const trusted = { ocsp: listOf(config.trustedOcspHosts, 'SIFAKA_TRUSTED_OCSP_HOSTS'), crl: listOf(config.trustedCrlHosts, 'SIFAKA_TRUSTED_CRL_HOSTS') };
    const limits = { crlBytes, downloadBytes: 3 * crlBytes, cacheBytes: 3 * crlBytes };
    this.checker = new RevocationChecker({ fetch: this.outbound.fetch, clock, limits, hostFault: (askedFor, url) => faultOf(trusted, askedFor, url) });
  }

  check(certificate: CertificateFacts, chain: readonly CertificateFacts[], terms: CheckTerms): Promise<RevocationVerdict> {
    return this.checker.check(certificate, chain, terms);
  }

  onApplicationShutdown(): Promise<void> {
    return this.outbound.close();
  }
}

interface Trusted {
  ocsp: TrustedList | null;
  crl: TrustedList | null;
}

/** Certificates of issuers are fetched from hosts of either list. */
function faultOf({ ocsp, crl }: Trusted, askedFor: AskedFor, url: URL): string | null {
  if (askedFor === 'ocsp') return ocsp?.faultOf(url) ?? null;
  if (askedFor === 'crl') return crl?.faultOf(url) ?? null;
  const [first, second] = [ocsp?.faultOf(url), crl?.faultOf(url)];
  return first === undefined || second === undefined || first === null || second === null ? null : `${first}, and ${second}`;
}

/** `null` for an empty list, which lets everybody through. */
function listOf(entries: readonly string[], name: string): TrustedList | null {
  return entries.length === 0 ? null : new TrustedList(allowedHosts(entries), name);
}

class TrustedList {
  constructor(
    private readonly hosts: AllowedHosts,
    private readonly name: string,
  ) {}

  faultOf({ hostname, port, protocol }: URL): string | null {
    const host = hostname.replace(/^\[|\]$/g, '');
    const at = Number(port || (protocol === 'https:' ? 443 : 80));
    const isListed = this.hosts.allowsName(host, at) || (isIP(host) !== 0 && this.hosts.allowsAddress(host, at));
    return isListed ? null : `"${host}" is not among ${this.name}`;
  }
}
