import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { DnsTestReport, InputOf, Principal, testDnsProvider, tryDnsProvider } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { DnsProvider } from '@sifaka/plugin-sdk';
import { namesAbove, challengeName } from './dns-name.js';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { PlaceChallenge } from './place-challenge.js';
import { Propagation, type SoughtRecord } from './propagation.js';
import { checkNameservers, noSuchProvider } from './provider-faults.js';
import { listZones } from './refresh-zones.js';
import { TestRun } from './test-run.js';
import { ttlSeconds, TxtRecords } from './txt-records.js';

/** How a probe comes into DNS and out of it. */
interface Writer {
  write(record: SoughtRecord): Promise<void>;
  remove(record: SoughtRecord): Promise<void>;
}

/** Tries a DNS provider step by step: what the other side says, and whether a record arrives where a CA looks for it. */
@Injectable()
export class TestDnsProvider {
  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
    private readonly placing: PlaceChallenge,
    private readonly sightings: Propagation,
    private readonly records: TxtRecords,
  ) {}

  /** One that is kept: its probe is on record like every other, and removed whatever happens. */
  async stored({ id, probe }: InputOf<typeof testDnsProvider>, principal: Principal): Promise<DnsTestReport> {
    allow(principal, 'administer', { what: 'test DNS providers' });
    const provider = await this.providers.byId(id);
    if (provider === undefined) throw noSuchProvider(id);
    const holder = `test/${randomUUID()}`;
    const writer: Writer = {
      write: ({ recordName, value }) => this.records.add({ holder, providerId: id, name: recordName, value }),
      remove: async () => {
        if (!(await this.records.release(holder))) throw new AppError('upstream_failed', 'the record could not be removed; this is tried again every minute or more rarely until it is gone');
      },
    };
    const run = new TestRun();
    const instance = await run.step('connection', async () => {
      const made = await this.plugins.of(provider);
      return [await connect(made), made];
    });
    await this.probe(run, { instance, writer, probe, nameservers: provider.nameservers });
    return run.report();
  }

  /** One that is not kept yet. A crash in the middle leaves its probe in DNS: nobody else has the credentials. */
  async unsaved(input: InputOf<typeof tryDnsProvider>, principal: Principal): Promise<DnsTestReport> {
    allow(principal, 'administer', { what: 'test DNS providers' });
    const { type, options, nameservers, probe } = input;
    checkNameservers(nameservers);
    this.plugins.assertOffered(type);
    const made = await this.plugins.make(type, this.plugins.merged(type, options, []));
    const writer: Writer = {
      write: ({ recordName, value }) => made.addTxt({ name: recordName, value, ttlSeconds }),
      remove: ({ recordName, value }) => made.removeTxt({ name: recordName, value, ttlSeconds }),
    };
    try {
      const run = new TestRun();
      const instance = await run.step('connection', async () => [await connect(made), made]);
      await this.probe(run, { instance, writer, probe, nameservers });
      return run.report();
    } finally {
      await made.close?.();
    }
  }

  private async probe(run: TestRun, { instance, writer, probe, nameservers }: { instance: DnsProvider | null; writer: Writer; probe: string | null; nameservers: string[] }): Promise<void> {
    const zones = instance === null ? null : await run.step('zones', async () => zonesOf(instance));
    if (probe === null || zones === null) return;
    const sought = await run.step('place', () => this.place(probe, zones));
    if (sought === null) return;
    const isWritten = await run.step('write', async () => {
      await writer.write(sought);
      return [`wrote a TXT record at ${sought.recordName}`, true];
    });
    if (isWritten !== null) await run.until('visible', async () => this.sightings.lookAt(sought, nameservers));
    // Also after a write that failed: it may have failed halfway.
    await run.always('remove', async () => {
      await writer.remove(sought);
      return `removed the TXT record at ${sought.recordName}`;
    });
  }

  private async place(probe: string, zones: readonly string[]): Promise<[string, SoughtRecord]> {
    const own = challengeName(probe);
    const recordName = await this.placing.delegated(own);
    const zone = namesAbove(recordName).find((name) => zones.includes(name));
    const where = recordName === own ? recordName : `${own}, delegated to ${recordName},`;
    if (zone === undefined) throw new AppError('failed_precondition', `${where} lies in none of the zones of this provider`);
    return [`${where} lies in zone ${zone}`, { zone, recordName, value: `sifaka-test-${randomBytes(16).toString('hex')}` }];
  }
}

async function connect(instance: DnsProvider): Promise<string> {
  if (instance.check === undefined) return 'this type has no check of its own';
  await instance.check();
  return 'the other side accepts the credentials';
}

async function zonesOf(instance: DnsProvider): Promise<[string, string[]]> {
  const zones = await listZones(instance);
  const shown = zones.slice(0, 5).join(', ');
  return [zones.length === 0 ? 'it lists no zones' : `${zones.length} zone${zones.length === 1 ? '' : 's'}: ${shown}${zones.length > 5 ? ', …' : ''}`, zones];
}
