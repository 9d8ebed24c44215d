import { AppError } from '@sifaka/kernel';

/**
 * Lets through the addresses of directories that authorities may name. Whether the address behind a host is one that may be reached is
 * for the outbound guard to say, at each connection.
 *
 * @param allowed host names, or `*.suffix`, with `:port` where only that one is meant; empty for every host
 * @throws AppError `failed_precondition` on field `acme_url`
 */
export function assertAllowedDirectory(directoryUrl: string, allowed: readonly string[]): void {
  if (!URL.canParse(directoryUrl)) throw refused(`"${directoryUrl.slice(0, 200)}" is not an address`);
  const url = new URL(directoryUrl);
  if (url.username !== '' || url.password !== '') throw refused('an address with a user name or password in it is not used');
  const isNamed = allowed.some((entry) => names(entry.trim().toLowerCase(), url));
  if (allowed.length > 0 && !isNamed) {
    throw refused(`host "${url.host}" is not in ACME_DIRECTORY_HOST_ALLOWLIST, which names ${allowed.join(', ')}`);
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isNamed)) return;
  throw refused(`"${directoryUrl.slice(0, 200)}" is not an https address; plain http is for hosts in ACME_DIRECTORY_HOST_ALLOWLIST alone`);
}

/** `ca.corp.example`, `ca.corp.example:14000`, `*.corp.example`. */
function names(entry: string, url: URL): boolean {
  const plain = url.hostname.replace(/^\[|\]$/g, '');
  const isBelow = entry.startsWith('*.') && [plain, hostWithPort(url)].some((host) => host.endsWith(entry.slice(1)));
  return isBelow || [plain, url.hostname, url.host, hostWithPort(url)].includes(entry);
}

const hostWithPort = ({ protocol, hostname, port }: URL): string => `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;

const refused = (message: string): AppError =>
  new AppError('failed_precondition', `acme_url: ${message}`, { reason: 'acme.directory_not_allowed', fields: [{ path: 'acme_url', message }] });
