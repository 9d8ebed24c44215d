import { randomBytes } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  createNotification,
  listDeliveries,
  listEndingCertificates,
  listServedWhileEnding,
  readNotableCertificates,
  tasks,
  type EndingCertificate,
  type EventContract,
  type InputOf,
  type NotificationRecord,
  type OutputOf,
  type RequestOf,
  type ServedWhileEnding,
  type ServiceName,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError, fixedClock } from '@sifaka/kernel';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { Handles, newEvent } from '@sifaka/messaging';
import { defineService, type RunningService } from '@sifaka/runtime';
import { aPrincipal, testPlatform, waitUntil, type EventCollector, type TestPlatform } from '@sifaka/testing';
import type { z } from 'zod';
import { DeliveryRunner } from '../delivery/delivery-runner.js';
import { ExpiryTasks } from '../expiry/expiry-tasks.js';
import { notifyMigrations } from '../migrations/migrations.js';
import { notifyConfig } from '../notify.config.js';
import { notifyParts } from '../notify.module.js';
import { anEndingCertificate } from './an-ending-certificate.js';
import { chatPlugin, inbox, mailPlugin, topicPlugin } from './memory-notifier.js';

export const admin = aPrincipal({ admin: true });
export const plain = aPrincipal({ roles: [] });
export const reader = aPrincipal({ roles: ['read-only'] });

type Notable = OutputOf<typeof readNotableCertificates>['certificates'][number];

/** What the stand-ins for issuer-svc and discovery-svc know. */
export const inventory = new Map<number, Notable>();
/** Ids of those on hold. */
export const held = new Set<number>();
export const servedWhileEnding: ServedWhileEnding[] = [];
export const issuerState = { isAway: false, calls: 0, longestAnswer: Infinity };
export const clock = fixedClock(new Date('2026-11-22T22:00:00Z'));

const awake = <T>(answer: () => T): Promise<T> => {
  issuerState.calls += 1;
  return issuerState.isAway ? Promise.reject(new AppError('unavailable', 'issuer-svc is away')) : Promise.resolve(answer());
};

@Controller()
class IssuerHandlers {
  @Handles(listEndingCertificates)
  ending({ notAfterTo, ids, notify, kind, isOnHold = false, after, limit }: InputOf<typeof listEndingCertificates>): Promise<OutputOf<typeof listEndingCertificates>> {
    return awake(() => {
      const all = [...inventory.values()].filter(
        (each) =>
          new Date(each.notAfter) > clock.now() &&
          new Date(each.notAfter) <= new Date(notAfterTo) &&
          (isOnHold ? held.has(each.id) : each.status !== 'revoked') &&
          !each.isDeleted &&
          (ids?.includes(each.id) ?? true) &&
          (notify === null || each.notify === notify) &&
          (each.ownAuthority !== null) === (kind === 'authority'),
      );
      const sorted = all.sort((a, b) => a.notAfter.localeCompare(b.notAfter) || a.id - b.id);
      const start = after === null ? 0 : sorted.findIndex(({ id }) => id === after.id) + 1;
      // As issuer-svc cuts what would outgrow a message.
      return { certificates: sorted.slice(start, start + Math.min(limit, issuerState.longestAnswer)) };
    });
  }

  @Handles(readNotableCertificates)
  notable({ ids }: InputOf<typeof readNotableCertificates>): Promise<OutputOf<typeof readNotableCertificates>> {
    return awake(() => ({ certificates: ids.flatMap((id) => inventory.get(id) ?? []) }));
  }
}

@Controller()
class DiscoveryHandlers {
  @Handles(listServedWhileEnding)
  served({ afterId, limit }: InputOf<typeof listServedWhileEnding>): Promise<OutputOf<typeof listServedWhileEnding>> {
    return Promise.resolve({ items: servedWhileEnding.filter(({ certificateId }) => certificateId > afterId).slice(0, limit) });
  }
}

@Module({ controllers: [IssuerHandlers] })
class IssuerStandIn {}
@Module({ controllers: [DiscoveryHandlers] })
class DiscoveryStandIn {}
@Module(notifyParts([mailPlugin, chatPlugin, topicPlugin]))
class NotifyTestModule {}

const notifyTestService = defineService({ name: 'notify', config: notifyConfig, migrations: notifyMigrations, jobConcurrency: 16, module: () => NotifyTestModule });
const issuerStandIn = defineService({ name: 'issuer', config: defineConfig('issuer', {}), migrations: platformTables('issuer'), module: () => IssuerStandIn });
const discoveryStandIn = defineService({ name: 'discovery', config: defineConfig('discovery', {}), migrations: platformTables('discovery'), module: () => DiscoveryStandIn });

const dayMs = 86_400_000;
let counter = 0;

/** Tests say when tasks run: the clock jumps, and missed runs are made up for. */
const unscheduled = JSON.stringify(Object.fromEntries(tasks.filter(({ service }) => service === 'notify').map(({ name }) => [name, { enabled: false }])));

type TaskName = 'notifyExpirations' | 'notifyAuthorities' | 'sendSummary' | 'notifyDeployed';

/** notify-svc with plugins in memory, the key vault, and stand-ins for the inventory and what was seen of it. */
export class NotifyWorld {
  private constructor(
    readonly platform: TestPlatform,
    readonly events: EventCollector,
    private readonly publish: (from: ServiceName, event: ReturnType<typeof newEvent>) => Promise<void>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<NotifyWorld> {
    const platform = await testPlatform({
      services: [keyvaultService, issuerStandIn, discoveryStandIn, notifyTestService],
      env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), notify: { LEMUR_SECURITY_TEAM_EMAIL: 'sec@corp.test', LEMUR_HOSTNAME: 'sifaka.corp.test', SIFAKA_TASKS: unscheduled, ...env } },
      clock,
    });
    const events = await platform.events('sifaka.v1.>');
    const buses = new Map(await Promise.all((['issuer', 'deploy'] as const).map(async (name) => [name as ServiceName, await platform.bus.connect(name)] as const)));
    return new NotifyWorld(platform, events, async (from, { subject, envelope }) => {
      const bus = buses.get(from);
      bus?.connection.publish(subject, JSON.stringify(envelope));
      await bus?.connection.flush();
    });
  }

  async stop(): Promise<void> {
    this.events.stop();
    await this.platform.stop();
  }

  /** Everything is forgotten but the names of owners, which are for good. */
  async clear(): Promise<void> {
    inventory.clear();
    held.clear();
    servedWhileEnding.length = 0;
    issuerState.isAway = false;
    issuerState.longestAnswer = Infinity;
    inbox.reset();
    await this.sql('truncate delivery, notice, authority_notice, attachment, certificate, target_pause restart identity cascade');
    await this.sql('delete from notification');
  }

  sql<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return this.platform.database('notify').query<R>(text, values);
  }

  call: TestPlatform['call'] = (...question) => this.platform.call(...question);

  run(task: TaskName, service: RunningService = this.platform.service('notify')) {
    return service.app.get(ExpiryTasks)[task]({}, { signal: new AbortController().signal });
  }

  /** Looks now for what is due, as is done every minute. */
  resume(): Promise<void> {
    return this.platform.service('notify').app.get(DeliveryRunner).resume();
  }

  /** In a while: days and hours before its end are counted from the world's clock. */
  certificate(parts: Partial<Notable> & { daysLeft?: number; lifeDays?: number } = {}): Notable {
    const { daysLeft = 30, lifeDays = 365, ...rest } = parts;
    const id = rest.id ?? (counter += 1);
    const notAfter = new Date(clock.now().getTime() + daysLeft * dayMs);
    const span = { notAfter: notAfter.toISOString(), notBefore: new Date(notAfter.getTime() - lifeDays * dayMs).toISOString() };
    const certificate: Notable = { ...anEndingCertificate({ id, ...span, ...rest }), status: null, isDeleted: false, ...pick(rest) };
    inventory.set(id, certificate);
    return certificate;
  }

  notification(parts: Partial<Omit<RequestOf<typeof createNotification>, 'plugin'>> & { slug?: string; options?: Record<string, z.output<z.ZodJSONSchema>> } = {}, principal = admin): Promise<NotificationRecord> {
    const { slug = 'email-notification', options = { interval: 30, unit: 'days', recipients: 'team@corp.test' }, ...rest } = parts;
    const plugin = { slug, pluginOptions: Object.entries(options).map(([name, value]) => ({ name, value })) };
    return this.call('gateway', createNotification, { label: `n-${(counter += 1)}`, description: 'of a test', active: true, certificateIds: [], plugin, ...rest }, { principal });
  }

  async tell<E extends EventContract>(from: ServiceName, contract: E, data: z.input<E['data']>, at = clock.now()): Promise<ReturnType<typeof newEvent>> {
    const event = newEvent(contract, data, { at, subject: '1' });
    await this.publish(from, event);
    return event;
  }

  again(from: ServiceName, event: ReturnType<typeof newEvent>): Promise<void> {
    return this.publish(from, event);
  }

  async deliveries(filter: Partial<RequestOf<typeof listDeliveries>> = {}) {
    const window = { offset: 0, limit: 200, sortBy: 'id', sortDir: 'asc' as const };
    return (await this.call('gateway', listDeliveries, { window, notificationId: null, certificateId: null, state: null, type: null, ...filter })).items;
  }

  /** Until nothing is on its way. */
  async settled(): Promise<void> {
    await waitUntil(async () => {
      const [row] = await this.sql<{ count: number }>('select count(*)::int as count from delivery where next_try_at <= $1', [clock.now()]);
      return row?.count === 0;
    });
  }
}

const pick = ({ status, isDeleted }: Partial<Notable>): Partial<Notable> => ({ ...(status !== undefined && { status }), ...(isDeleted !== undefined && { isDeleted }) });

export const days = (count: number): number => count * dayMs;

export type { EndingCertificate };
