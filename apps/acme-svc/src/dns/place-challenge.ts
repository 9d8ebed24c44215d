import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { followAliases } from './delegation.js';
import type { Place } from './dns-challenges.js';
import { challengeName, namesAbove, plainName } from './dns-name.js';
import { DnsProviderRepository, type DnsProviderRow } from './dns-provider.repository.js';
import { ask, NoReply } from './dns-query.js';
import { valuesIn } from './propagation.js';
import { RefreshZones } from './refresh-zones.js';
import { cnameIn, questionTimeoutMs, Resolvers } from './resolvers.js';
import { parseServers } from './server-address.js';

/** Finds where the challenge record of a name belongs. */
@Injectable()
export class PlaceChallenge {
  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly resolvers: Resolvers,
    private readonly zones: RefreshZones,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  async run(name: string, preferredProviderId: number | null): Promise<Place> {
    // Without a provider there is nothing to find out: networks without resolvers must not be asked for one.
    if ((await this.providers.all()).length === 0) throw await this.noProvider(name, challengeName(name));
    const recordName = await this.delegated(challengeName(name));
    const place = (await this.find(recordName, preferredProviderId)) ?? ((await this.zones.lookFor(recordName)) ? await this.find(recordName, preferredProviderId) : null);
    if (place !== null && recordName !== challengeName(name)) await this.refuseForeign(name, recordName);
    if (place !== null) return place;
    throw await this.noProvider(name, recordName);
  }

  /** Where CNAME records lead from the name; to itself when they are not to be followed. */
  async delegated(recordName: string): Promise<string> {
    return this.config.enableDelegatedCname ? followAliases(recordName, (name) => this.aliasOf(name)) : recordName;
  }

  /**
   * A CNAME is made by whoever has the name, and may lead to any name of any zone here: a value beside those of DKIM, SPF or a verification
   * breaks them. What stands there must be values of challenges; a name that says that it is for challenges is left to its owner.
   */
  private async refuseForeign(name: string, recordName: string): Promise<void> {
    if (recordName.startsWith('_acme-challenge.')) return;
    const values = valuesIn(await this.resolvers.resolve({ name: recordName, type: 'TXT' }));
    if (values.every((value) => challengeValue.test(value))) return;
    const message = `the challenge of "${name}" is delegated to ${recordName}, where TXT records stand that are of no ACME challenge: delegate it to a name that nothing else uses`;
    throw new AppError('failed_precondition', message, { reason: 'dns.delegation_in_use' });
  }

  /** The provider asked for, where it serves the name or nobody knows; else the longest zone, of several providers that of the lowest id. */
  private async find(recordName: string, preferredId: number | null): Promise<Place | null> {
    const serving = await this.providers.servingAnyOf(namesAbove(recordName));
    const preferred = preferredId === null ? undefined : await this.providers.byId(preferredId);
    const own = serving.find(({ id }) => id === preferred?.id);
    if (preferred !== undefined && own === undefined && (await this.isZoneless(preferred))) return placeOf(preferred, await this.zoneAround(recordName), recordName);
    const chosen = own ?? serving[0];
    const provider = chosen === undefined ? undefined : await this.providers.byId(chosen.id);
    return provider === undefined || chosen === undefined ? null : placeOf(provider, chosen.zone, recordName);
  }

  private async isZoneless({ id, zones_refreshed_at }: DnsProviderRow): Promise<boolean> {
    if (zones_refreshed_at === null) return true;
    const [details] = await this.providers.details([id]);
    return details?.zone_count === 0;
  }

  /** A provider with name servers of its own has another view of its zones than public DNS: it is asked first. */
  private async aliasOf(name: string): Promise<string | null> {
    const [serving] = await this.providers.servingAnyOf(namesAbove(name));
    const provider = serving === undefined ? undefined : await this.providers.byId(serving.id);
    for (const server of parseServers(provider?.nameservers ?? [])) {
      try {
        const reply = await ask(server, { name, type: 'CNAME', isRecursive: false }, questionTimeoutMs);
        if (reply.code === 'NOERROR' || reply.code === 'NXDOMAIN') return cnameIn(reply, name);
      } catch (error) {
        if (!(error instanceof NoReply)) throw error;
      }
    }
    return this.resolvers.cnameOf(name);
  }

  /** The zone of public DNS that a name is in. */
  private async zoneAround(name: string): Promise<string> {
    const { answers, authorities } = await this.resolvers.resolve({ name, type: 'SOA' });
    const soa = [...answers, ...authorities].find(({ type }) => type === 'SOA');
    return soa === undefined ? name.replace(/^_acme-challenge\./, '') : plainName(soa.name);
  }

  private async noProvider(name: string, recordName: string): Promise<AppError> {
    const all = await this.providers.all();
    const known = await this.providers.details(all.slice(0, maxNamed).map(({ id }) => id));
    const words = known.map((provider) => `${provider.name} (${provider.zone_count === 0 ? 'no zones' : provider.zones.slice(0, 3).join(', ')}${provider.zone_count > 3 ? ', …' : ''})`);
    const where = recordName === challengeName(name) ? '' : `, which is delegated to ${recordName}`;
    const what = all.length === 0 ? 'there is no DNS provider' : `none of the DNS providers serves it: ${words.join('; ')}${all.length > maxNamed ? '; …' : ''}`;
    return new AppError('failed_precondition', `no DNS provider for "${name}"${where}: ${what}`, { reason: 'dns.no_provider' });
  }
}

/** A SHA-256 digest in base64url (RFC 8555 section 8.4), the empty value of a name that is ready for one, or that of a provider's test. */
const challengeValue = /^(?:[A-Za-z0-9_-]{43}|sifaka-test-[0-9a-f]+)?$/;

/** Providers that a refusal names. */
const maxNamed = 10;

const placeOf = ({ id, name }: DnsProviderRow, zone: string, recordName: string): Place => ({ providerId: id, providerName: name, zone, recordName });
