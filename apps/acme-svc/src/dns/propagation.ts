import { Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import { AuthoritativeServers, type NameServer } from './authoritative-servers.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { ask, NoReply, serverText, type DnsServer, type Reply } from './dns-query.js';
import { questionTimeoutMs, Resolvers } from './resolvers.js';
import { parseServers } from './server-address.js';

export interface Sighting {
  isSeen: boolean;
  /** Which servers were asked, or which does not show the value and why. */
  detail: string;
}

export interface SoughtRecord {
  zone: string;
  recordName: string;
  value: string;
}

/** Looks for TXT records where the CA will: at the authoritative servers of the zone. */
@Injectable()
export class Propagation {
  constructor(
    private readonly authoritative: AuthoritativeServers,
    private readonly resolvers: Resolvers,
    private readonly providers: DnsProviderRepository,
  ) {}

  async look({ providerId, ...sought }: SoughtRecord & { providerId: number }): Promise<Sighting> {
    const provider = await this.providers.byId(providerId);
    return this.lookAt(sought, provider?.nameservers ?? []);
  }

  /** @param nameservers asked in place of those that DNS names */
  async lookAt(sought: SoughtRecord, nameservers: readonly string[]): Promise<Sighting> {
    try {
      if (nameservers.length > 0) return inWords(await Promise.all(parseServers(nameservers).map((server) => viewOf(asNameServer(server), sought))));
      const views = await Promise.all((await this.authoritative.of(sought.zone)).map((server) => viewOf(server, sought)));
      return views.some(hasReplied) ? inWords(views) : await this.askResolvers(sought, views);
    } catch (error) {
      if (isAppError(error)) return { isSeen: false, detail: error.message };
      throw error;
    }
  }

  /** Where no authoritative server answers from here, the resolvers are the best witnesses there are. */
  private async askResolvers(sought: SoughtRecord, views: readonly View[]): Promise<Sighting> {
    const why = views.length === 0 ? `the resolvers know no name servers of ${sought.zone}` : `no name server of ${sought.zone} answers (${views.map(({ detail }) => detail).join('; ')})`;
    const values = valuesIn(await this.resolvers.resolve({ name: sought.recordName, type: 'TXT' }));
    const isSeen = values.includes(sought.value);
    return { isSeen, detail: `${why}; the resolvers ${isSeen ? 'show' : 'do not show'} the value` };
  }
}

/** One server's view of the record. Those that there is no way to have no say; silent ones have, unless another address of theirs speaks. */
interface View {
  state: 'shown' | 'missing' | 'silent' | 'unreachable';
  host: string;
  detail: string;
}

const asNameServer = (server: DnsServer): NameServer => ({ host: serverText(server), addresses: [server], isGuarded: false });

/** All addresses of a server that answer must agree. */
async function viewOf({ host, addresses, isGuarded }: NameServer, sought: SoughtRecord): Promise<View> {
  if (addresses.length === 0) {
    const why = isGuarded ? 'has an address that is not public: allow it in SIFAKA_OUTBOUND_ALLOWED_HOSTS, or name servers at the DNS provider' : 'has no address';
    return { state: 'unreachable', host, detail: `${host} ${why}` };
  }
  const views = await Promise.all(addresses.map((address) => viewAt(host, address, sought)));
  const [worst] = byWeight.flatMap((state) => views.filter((view) => view.state === state));
  return worst ?? { state: 'unreachable', host, detail: `${host} has no address` };
}

const byWeight = ['missing', 'shown', 'silent', 'unreachable'] as const;

const hasReplied = ({ state }: View): boolean => state === 'shown' || state === 'missing';

async function viewAt(host: string, server: DnsServer, { recordName, value }: SoughtRecord): Promise<View> {
  try {
    const reply = await ask(server, { name: recordName, type: 'TXT', isRecursive: false }, questionTimeoutMs);
    const { code } = reply;
    const values = valuesIn(reply);
    if (values.includes(value)) return { state: 'shown', host, detail: `${host} shows the value` };
    const instead = code !== 'NOERROR' ? `says ${code}` : values.length === 0 ? 'has no TXT record' : `has ${values.length} other TXT value${values.length === 1 ? '' : 's'}`;
    return { state: 'missing', host, detail: `${host} ${instead} for ${recordName}` };
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    const detail = error.message.startsWith(host) ? error.message : `${host}: ${error.message}`;
    return { state: error.isUnreachable ? 'unreachable' : 'silent', host, detail };
  }
}

/** The TXT values of a reply. */
export const valuesIn = ({ answers }: Reply): string[] => answers.flatMap((answer) => (answer.type === 'TXT' ? [textOf(answer.data)] : []));

/** The strings of one record are one value (RFC 7208 section 3.3 says it for all who publish text). */
function textOf(data: string | Buffer | (string | Buffer)[]): string {
  return Buffer.concat([data].flat().map((part) => Buffer.from(part))).toString('utf8');
}

function inWords(views: readonly View[]): Sighting {
  const missing = views.filter(({ state }) => state === 'missing' || state === 'silent');
  const shown = views.filter(({ state }) => state === 'shown');
  if (missing.length > 0) return { isSeen: false, detail: missing.map(({ detail }) => detail).join('; ') };
  if (shown.length > 0) return { isSeen: true, detail: `shown by ${shown.map(({ host }) => host).join(', ')}` };
  return { isSeen: false, detail: views.length === 0 ? 'there is no server to ask' : views.map(({ detail }) => detail).join('; ') };
}
