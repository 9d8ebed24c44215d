import { isIP } from 'node:net';

/** Names that Fastify knows. */
const namedNetworks = ['loopback', 'linklocal', 'uniquelocal'];

/** An IP address, alone or with the length of its network prefix (`10.0.0.0/8`, `2001:db8::1`), or the name of such a network. */
export function isNetwork(text: string): boolean {
  if (namedNetworks.includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
