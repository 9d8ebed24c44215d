import { AppError } from '@sifaka/kernel';
import { dnsName, KnownZones, unquoteTxt, type DnsProvider, type DnsRecord, type PluginContext } from '@sifaka/plugin-sdk';
import type { DynApi } from './dyn-api.js';

interface Change {
  record: DnsRecord;
  isWanted: boolean;
  done: () => void;
  failed: (error: unknown) => void;
}

/** The first may begin with a session that ended long ago. */
const maxSessions = 4;

/** Every value is a record of its own there; changes that come at once are published together. */
export class DynProvider implements DnsProvider {
  private readonly known: KnownZones<{ name: string }>;
  private readonly waiting = new Map<string, Change[]>();

  constructor(
    private readonly api: DynApi,
    context: PluginContext,
  ) {
    this.known = new KnownZones({ load: () => api.zones(), provider: 'Dyn', clock: context.clock });
  }

  async check(): Promise<void> {
    if ((await this.known.list()).length > 0) return;
    throw new AppError('failed_precondition', 'Dyn has no zone that may be changed: give the user rights on the zones of your names', { reason: 'dns.no_zone' });
  }

  async zones(): Promise<string[]> {
    return [...new Set((await this.known.list()).map(({ name }) => name))];
  }

  addTxt(record: DnsRecord): Promise<void> {
    return this.enqueue(record, true);
  }

  removeTxt(record: DnsRecord): Promise<void> {
    return this.enqueue(record, false);
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private async enqueue(record: DnsRecord, isWanted: boolean): Promise<void> {
    const { name: zone } = await this.known.of(record.name);
    await new Promise<void>((done, failed) => {
      const change = { record: { ...record, name: dnsName(record.name) }, isWanted, done, failed };
      const queue = this.waiting.get(zone);
      if (queue !== undefined) return void queue.push(change);
      this.waiting.set(zone, [change]);
      void this.drain(zone);
    });
  }

  private async drain(zone: string): Promise<void> {
    for (let batch = this.take(zone); batch.length > 0; batch = this.take(zone)) {
      try {
        await this.changeAndPublish(zone, batch);
      } catch (error) {
        // What was changed and not published would go out with the next change.
        await this.api.discard(zone).catch(() => undefined);
        for (const { failed } of batch) failed(error);
      }
    }
    this.waiting.delete(zone);
  }

  private take(zone: string): Change[] {
    return this.waiting.get(zone)?.splice(0) ?? [];
  }

  /** Changes that were not published end with their session: they are made again in the next one. */
  private async changeAndPublish(zone: string, batch: readonly Change[]): Promise<void> {
    for (let attempt = 1; attempt <= maxSessions; attempt++) {
      const { sessions } = this.api;
      const accepted = await this.changeOnce(zone, batch);
      if (this.api.sessions === sessions) {
        for (const { done } of accepted) done();
        return;
      }
    }
    throw new AppError('conflict', `Dyn ended ${maxSessions} sessions before "${zone}" was published: is the user logged in elsewhere?`);
  }

  /** @returns the changes that are published or were there; one that is refused on its own fails alone */
  private async changeOnce(zone: string, batch: readonly Change[]): Promise<Change[]> {
    const accepted: Change[] = [];
    let isChanged = false;
    for (const change of batch) {
      try {
        isChanged = (await this.apply(zone, change)) || isChanged;
        accepted.push(change);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'failed_precondition') throw error;
        change.failed(error);
      }
    }
    if (isChanged) await this.api.publish(zone);
    return accepted;
  }

  /** Whether there was something to change. */
  private async apply(zone: string, { record: { name, value, ttlSeconds }, isWanted }: Change): Promise<boolean> {
    const found = (await this.api.records(zone, name)).filter((record) => textOf(record.value) === value);
    if (isWanted === found.length > 0) return false;
    if (isWanted) await this.api.add(zone, name, value, ttlSeconds);
    for (const record of found) await this.api.remove(zone, name, record);
    return true;
  }
}

/** Texts come as they are; those that somebody entered as strings of a zone file keep their quotes. */
const textOf = (text: string): string => (/^".*"$/s.test(text) ? unquoteTxt(text) : text);
