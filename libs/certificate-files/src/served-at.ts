import { isIP } from 'node:net';
import { startTlsProtocols, type DeployedCertificate, type ServedAt } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const address = new RegExp(`^(?:(${startTlsProtocols.join('|')}):)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):(\\d{1,5})(?:#([A-Za-z0-9._-]*|\\{CN\\}))?$`);

const maxAddresses = 20;

const partsOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** Option that names the addresses where a server presents what is uploaded. */
export const endpointsOption = () =>
  z
    .string()
    .max(4_096)
    .refine((text) => partsOf(text).length <= maxAddresses, { error: `must name at most ${maxAddresses} addresses` })
    .refine((text) => partsOf(text).every((part) => readAddress(part) !== null), {
      error: 'must be addresses as host:port, host:port#name for another name in SNI (#{CN} for the common name, # for none), smtp:host:port for STARTTLS; separated by commas or spaces',
    })
    .optional()
    .describe(
      `Addresses where the certificate is served, host:port; after each upload they are asked, and what was there before is put back unless they serve it. host:port#name sends another name (SNI), ${startTlsProtocols.map((name) => `${name}:`).join(' ')} before it begins with STARTTLS; several are separated by commas`,
    )
    .meta({ type: 'textarea' });

/** More than this keeps the next deployment of the destination waiting for no server that is known. */
const longestServedWithin = 300;

/** Option that says how long a server takes until it presents what was uploaded, in seconds. */
export const servedWithinOption = () =>
  z
    .int()
    .min(1)
    .max(longestServedWithin)
    .describe('Seconds after an upload within which the endpoints must serve it; then what was there before is put back');

/** The addresses that an option names, for one certificate. */
export function servedAt(endpoints: string | undefined, { commonName }: Pick<DeployedCertificate, 'commonName'>): ServedAt[] {
  return partsOf(endpoints ?? '').flatMap((part) => {
    const read = readAddress(part);
    if (read === null) return [];
    const { host, port, startTls, name } = read;
    const named = name === '{CN}' ? commonName : name;
    // RFC 6066 section 3: literal addresses are no names. Those of a certificate are asked for by its own.
    const serverName = named === undefined ? (isIP(host) === 0 ? host : commonName) : named;
    // A wildcard is asked for by a name that it covers.
    const asked = serverName?.replace(/^\*\./, 'www.') ?? null;
    return [{ host, port, startTls, serverName: isSniName(asked) ? asked : null }];
  });
}

const isSniName = (name: string | null): name is string => name !== null && name !== '' && isIP(name) === 0 && /^[A-Za-z0-9._-]+$/.test(name);

function readAddress(text: string) {
  const [, prefix, host = '', digits = '', name] = address.exec(text) ?? [];
  const port = Number(digits);
  if (host === '' || port < 1 || port > 65_535) return null;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port, startTls: startTlsProtocols.find((each) => each === prefix) ?? null, name };
}
