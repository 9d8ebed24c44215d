import { randomBytes } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { listAcmeOrders, orderAbandoned, orderRequested, tokenUploaded, tokenUploadFailed, type AcmeOrderRecord, type EventContract, type EventDataOf } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import type { CloudEvent } from '@sifaka/messaging';
import { newEvent } from '@sifaka/messaging';
import { defineService, StatusModule } from '@sifaka/runtime';
import { testPlatform, waitUntil, type EventCollector, type TestPlatform } from '@sifaka/testing';
import { AccountModule } from '../../account/account.module.js';
import { acmeConfig } from '../../acme.config.js';
import { DnsChallenges } from '../../dns/dns-challenges.js';
import { acmeMigrations } from '../../migrations/migrations.js';
import { AcmeConnections } from '../../protocol/acme-connection.js';
import { orderParts } from '../../order/order.module.js';
import { OrderTurns } from '../../order/order-turns.repository.js';
import { aCsr } from './fake-issuer.js';
import type { z } from 'zod';
import type { FakeDns } from './fake-dns.js';

type Requested = EventDataOf<typeof orderRequested>;
type Dns = Pick<FakeDns, 'place' | 'publish' | 'propagation' | 'remove'>;

@Module({})
class OrdersAlone {
  /** @param connections null: with accounts as in the product */
  static on(connections: AcmeConnections | null, dns: Dns): DynamicModule {
    const outside = connections === null ? [] : [{ provide: AcmeConnections, useValue: connections }];
    return {
      module: OrdersAlone,
      imports: [StatusModule.forService('acme', []), ...(connections === null ? [AccountModule] : [])],
      controllers: orderParts.controllers,
      providers: [...orderParts.providers, ...outside, { provide: DnsChallenges, useValue: dns }],
    };
  }
}

/** The orders of acme-svc on a real database and bus, in front of a CA and a DNS of the test's choice. */
export class OrderPlatform {
  private lastPending = 0;

  private constructor(
    readonly platform: TestPlatform,
    readonly events: EventCollector,
  ) {}

  static async start(connections: AcmeConnections | null, dns: Dns, env: Record<string, string> = {}): Promise<OrderPlatform> {
    const service = defineService({ name: 'acme', config: acmeConfig, migrations: acmeMigrations, jobConcurrency: 24, module: () => OrdersAlone.on(connections, dns) });
    const settings = { SIFAKA_ACME_RETRY_SECONDS: '0.1', SIFAKA_DATABASE_POOL_SIZE: '10', SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.0/8,localhost', ...env };
    const services = connections === null ? [service, keyvaultService] : [service];
    const platform = await testPlatform({ services, env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), acme: settings } });
    return new OrderPlatform(platform, await platform.events('sifaka.v1.>'));
  }

  /** Asks as issuer-svc does. Returns the pending certificate's id. */
  async request(names: readonly string[], options: Partial<Requested> = {}, at = new Date()): Promise<number> {
    const pendingCertificateId = options.pendingCertificateId ?? ++this.lastPending;
    const addresses = (options.identifiers ?? []).filter(({ type }) => type === 'ip').map(({ value }) => value);
    await this.tell(orderRequested, {
      pendingCertificateId,
      authority: 'acme authority',
      csrDer: aCsr(names, addresses).toString('base64'),
      identifiers: names.map((value) => ({ type: 'dns' as const, value })),
      challenge: 'dns-01',
      dnsProviderId: null,
      preferredIssuer: null,
      dropsLastCertificate: false,
      profile: null,
      tokenDestination: null,
      replacesDer: null,
      until: new Date(Date.now() + 3_600_000).toISOString(),
      ...options,
    }, at);
    return pendingCertificateId;
  }

  /** Returns when it was heard: events of two kinds may come in any order. */
  async abandon(pendingCertificateId: number): Promise<void> {
    await this.tell(orderAbandoned, { pendingCertificateId });
    const text = 'select 1 from acme_unwanted_order where pending_certificate_id = $1';
    await waitUntil(async () => (await this.platform.database('acme').query(text, [pendingCertificateId])).length > 0, { what: 'the abandonment' });
  }

  uploaded(challengeId: number): Promise<void> {
    return this.tell(tokenUploaded, { challengeId });
  }

  uploadFailed(challengeId: number, error: string, isRetryable: boolean): Promise<void> {
    return this.tell(tokenUploadFailed, { challengeId, error, isRetryable });
  }

  async order(pendingCertificateId: number): Promise<AcmeOrderRecord | undefined> {
    const window = { offset: 0, limit: 10, sortBy: null, sortDir: null };
    const { items } = await this.platform.call('gateway', listAcmeOrders, { window, authority: null, state: null, pendingCertificateId });
    return items[0];
  }

  /** Waits until the order is in that state, and, if it has ended, nothing of it is left. */
  until(pendingCertificateId: number, state: AcmeOrderRecord['state'], timeoutMs = 15_000): Promise<AcmeOrderRecord> {
    const isClean = ({ challenges }: AcmeOrderRecord) => !['issued', 'failed', 'abandoned'].includes(state) || challenges.every(({ isCleanedUp }) => isCleanedUp);
    return this.which(pendingCertificateId, (order) => order.state === state && isClean(order), timeoutMs);
  }

  which(pendingCertificateId: number, fits: (order: AcmeOrderRecord) => boolean, timeoutMs = 15_000): Promise<AcmeOrderRecord> {
    let last: AcmeOrderRecord | undefined;
    return waitUntil(
      async () => {
        last = await this.order(pendingCertificateId);
        return last !== undefined && fits(last) ? last : undefined;
      },
      { timeoutMs, what: `order of pending certificate ${pendingCertificateId}` },
    ).catch((error: unknown) => {
      throw new Error(`the order is ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /** The first event of the kind about that pending certificate, heard or to come. */
  async hears(type: string, pendingCertificateId: number): Promise<CloudEvent> {
    const [first] = await waitUntil(() => nonEmpty(this.told(type, pendingCertificateId)), { what: `${type} of pending certificate ${pendingCertificateId}` });
    if (first === undefined) throw new Error('nothing was heard');
    return first;
  }

  /** Waits until certificates came of all of them. */
  async finalized(ids: readonly number[], timeoutMs: number): Promise<void> {
    const open = new Set(ids);
    let seen = 0;
    const isOver = () => {
      for (const { event } of this.events.heard.slice(seen)) if (event.type === 'sifaka.v1.order.finalized') open.delete(Number(Object(event.data).pendingCertificateId));
      seen = this.events.heard.length;
      return open.size === 0;
    };
    await waitUntil(isOver, { timeoutMs, what: `${ids.length} certificates` });
  }

  /** What became of them, when nothing of them is left. */
  async ended(ids: readonly number[]): Promise<AcmeOrderRecord[]> {
    const all = [];
    for (const id of ids) all.push(await this.until(id, 'issued'));
    return all;
  }

  told(type: string, pendingCertificateId: number): CloudEvent[] {
    const isOf = ({ data }: CloudEvent) => typeof data === 'object' && data !== null && 'pendingCertificateId' in data && data.pendingCertificateId === pendingCertificateId;
    return this.events.heard.map(({ event }) => event).filter((event) => event.type === type && isOf(event));
  }

  /** What the death of a process does to its orders: others may have them, at once. */
  async loseLocks(): Promise<void> {
    await this.platform.database('acme').query(`
      select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())
        -- classid is an oid: the same bits without a sign.
        and classid = (hashtext('acme.order')::bigint & x'ffffffff'::bigint)::oid`);
  }

  async wake(orderId: number): Promise<void> {
    await this.platform.service('acme').app.get(OrderTurns).wakeNow(orderId);
  }

  stop(): Promise<void> {
    this.events.stop();
    return this.platform.stop();
  }

  /** Through the stream, as it comes from the other service. */
  private async tell<E extends EventContract>(contract: E, data: z.input<E['data']>, at = new Date()): Promise<void> {
    if (contract.source === 'every') throw new Error('every service publishes that');
    const event = newEvent(contract, data, { at, subject: '1' });
    const bus = await this.platform.bus.connect(contract.source);
    try {
      bus.connection.publish(event.subject, JSON.stringify(event.envelope));
      await bus.connection.flush();
    } finally {
      await bus.close();
    }
  }
}

const nonEmpty = <T>(list: T[]): T[] | undefined => (list.length === 0 ? undefined : list);
