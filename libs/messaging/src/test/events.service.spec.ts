import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { headers, InvalidArgumentError } from '@nats-io/transport-node';
import { AppError, newId, systemClock } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import { Database, openDatabase } from '@sifaka/database';
import { currentTraceId, withTrace } from '@sifaka/observability';
import type { Bus } from '../bus/bus.js';
import { newEvent, type CloudEvent, type NewEvent } from '../event/cloud-event.js';
import { EventConsumers } from '../event/event-consumers.js';
import { EventHandling } from '../event/event-handling.js';
import { HeardEvents } from '../event/heard-events.js';
import { OnEvent, eventSubscriptions } from '../event/on-event.js';
import { OutboxRelay } from '../event/outbox-relay.js';
import { Outbox } from '../event/outbox.js';
import { publishAll } from '../event/publish-all.js';
import { ensureStream, maxEventBytes } from '../event/stream.js';
import { auditEntry } from '../audit/audit.js';
import { certificateIssued, registry } from './contracts.js';
import { TestNats, silent } from './nats-server.js';
import { testDatabase, waitUntil, type TestDatabase } from './servers.js';

let server: TestNats;
let databases: TestDatabase;
let issuer: Database;
let notify: Database;
let issuerBus: Bus;
const outbox = new Outbox('issuer');
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [server, databases] = await Promise.all([TestNats.start(registry), testDatabase(['issuer', 'notify'])]);
  [issuer, notify, issuerBus] = await Promise.all([open('issuer'), open('notify'), server.bus('issuer')]);
  await ensureStream(await server.bus('sifaka-admin'));
});

beforeEach(async () => {
  for (const end of ends.splice(0)) await end();
});

afterAll(async () => {
  for (const end of ends.splice(0)) await end();
  await Promise.all([issuer.close(), notify.close()]);
  await Promise.all([server.stop(), databases.drop()]);
});

const open = (service: ServiceName) => openDatabase({ service, url: databases.urlOf(service) });

let nextId = 1;
const issued = (id = nextId++): NewEvent => newEvent(certificateIssued, { id }, { at: new Date(), subject: String(id) });
const idOf = ({ data }: CloudEvent): number => certificateIssued.data.parse(data).id;

function relay(database = issuer): OutboxRelay {
  const running = new OutboxRelay(database, issuerBus, 'issuer', silent);
  outbox.attach(() => running.wake());
  running.start();
  ends.push(() => running.stop());
  return running;
}

/** Lets a listener of notify hear what is published from now on, and tells what it heard. */
async function listener(react: (envelope: CloudEvent) => void = () => undefined) {
  const heard: CloudEvent[] = [];
  class Listener {
    @OnEvent(certificateIssued, { durable: 'listener' })
    async onIssued(_data: { id: number }, envelope: CloudEvent): Promise<void> {
      react(envelope);
      heard.push(envelope);
    }
  }
  await listen(new Listener());
  return { heard, has: (id: number) => heard.some((envelope) => idOf(envelope) === id) };
}

async function listen(self: object): Promise<void> {
  const handling = new EventHandling({
    service: 'notify',
    heard: new HeardEvents(notify),
    clock: systemClock,
    log: silent,
    pausesMs: [20, 20],
  });
  const consumers = new EventConsumers(await server.bus('notify'), 'notify', handling, silent);
  consumers.start(eventSubscriptions(self).map((subscription) => ({ subscription, self })));
  ends.push(() => consumers.stop());
  await waitUntil(() => consumers.isListening());
}

const backlog = () => issuer.query('select id from outbox');

describe('an event', () => {
  it('is heard once its transaction is committed, as a CloudEvent within the same trace', async () => {
    relay();
    let traceId: string | null = null;
    const { heard, has } = await listener(() => (traceId = currentTraceId()));
    const event = withTrace({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, () => issued());
    await issuer.transaction((tx) => outbox.append(tx, [event]));
    await waitUntil(() => has(idOf(event.envelope)));
    expect(heard.at(-1)).toMatchObject({ specversion: '1.0', id: event.id, source: '/sifaka/issuer', type: certificateIssued.subject });
    expect(traceId).toBe('a'.repeat(32));
    await waitUntil(async () => (await backlog()).length === 0);
  });

  it('is never heard when its transaction is rolled back', async () => {
    relay();
    const { has } = await listener();
    const [lost, kept] = [issued(), issued()];
    const failing = issuer.transaction(async (tx) => {
      await outbox.append(tx, [lost]);
      throw new AppError('conflict', 'no');
    });
    await expect(failing).rejects.toMatchObject({ code: 'conflict' });
    await outbox.append(issuer, [kept]);
    await waitUntil(() => has(idOf(kept.envelope)));
    expect(has(idOf(lost.envelope))).toBe(false);
  });

  it('of another service is refused by the outbox', () => {
    expect(() => new Outbox('notify').rows([issued()])).toThrow(AppError);
  });

  it('is written together with its audit entry, which others hear of too', async () => {
    const entry = auditEntry(
      { kind: 'system', service: 'issuer' },
      { at: new Date(), service: 'issuer', action: 'certificate.issued', object: { type: 'certificate', id: 7 } },
    );
    await outbox.record(issuer, [entry], [issued()]);
    await expect(issuer.query('select action, object_id from audit_entry where id = $1', [entry.id])).resolves.toEqual([
      { action: 'certificate.issued', object_id: '7' },
    ]);
    const subjects = await issuer.query<{ subject: string }>('select subject from outbox order by seq desc limit 2');
    expect(subjects.map(({ subject }) => subject).sort()).toEqual(['sifaka.v1.audit.recorded', certificateIssued.subject]);
    await issuer.query('delete from outbox');
  });
});

describe('what goes wrong on the way', () => {
  it('a relay that dies between publishing and deleting makes no second event', async () => {
    const { heard, has } = await listener();
    const events = [issued(), issued(), issued()];
    await outbox.append(issuer, events);
    const dying = new OutboxRelay(dyingBeforeDelete(issuer), issuerBus, 'issuer', silent);
    dying.start();
    await waitUntil(() => events.every(({ envelope }) => has(idOf(envelope))));
    await expect(backlog()).resolves.toHaveLength(3);
    await dying.stop();

    relay();
    const later = issued();
    await outbox.append(issuer, [later]);
    await waitUntil(() => has(idOf(later.envelope)));
    expect(heard.map(idOf).sort()).toEqual([...events, later].map(({ envelope }) => idOf(envelope)).sort());
  });

  it('a second copy in the stream is not heard again', async () => {
    const { heard, has } = await listener();
    const [copied, last] = [issued(), issued()];
    for (const [messageId, { subject, envelope }] of [
      [newId(), copied],
      [newId(), copied],
      [newId(), last],
    ] as const) {
      const withId = headers();
      withId.set('Nats-Msg-Id', messageId);
      issuerBus.connection.publish(subject, JSON.stringify(envelope), { headers: withId });
      await waitUntil(() => has(idOf(envelope)));
    }
    expect(heard.filter((envelope) => envelope.id === copied.id)).toHaveLength(1);
  });

  it('events written while NATS is down arrive when it is back', async () => {
    relay();
    const { has } = await listener();
    await server.pause();
    await waitUntil(() => !issuerBus.isConnected);
    const events = [issued(), issued()];
    await outbox.append(issuer, events);
    await expect(backlog()).resolves.toHaveLength(2);
    await server.resume();
    await waitUntil(() => events.every(({ envelope }) => has(idOf(envelope))), { timeoutMs: 20_000 });
  });

  it('an event that cannot be handled holds up no other, and what became of it is written down', async () => {
    relay();
    const poison = issued();
    let tries = 0;
    const { has } = await listener(({ id }) => {
      if (id !== poison.id) return;
      tries += 1;
      throw new AppError('upstream_failed', 'mail server says 550');
    });
    issuerBus.connection.publish(certificateIssued.subject, 'no json');
    issuerBus.connection.publish(certificateIssued.subject, '{"specversion":"1.0"}');
    const others = Array.from({ length: 50 }, () => issued());
    await outbox.append(issuer, [poison, ...others]);
    await waitUntil(() => others.every(({ envelope }) => has(idOf(envelope))));
    await waitUntil(() => tries === 3);
    const status = await waitUntil(async () => {
      const [row] = await notify.query<{ last_error: string }>(
        "select last_error from job_status where name = 'event:listener' and last_error like 'gave up%'",
      );
      return row?.last_error.includes(poison.id) === true ? row.last_error : undefined;
    });
    expect(status).toBe(`gave up on ${certificateIssued.subject}: event ${poison.id}: upstream_failed: mail server says 550`);
  });

  it('one subscription that fails does not make the others hear twice', async () => {
    relay();
    const calls: string[] = [];
    class Two {
      @OnEvent(certificateIssued, { durable: 'steady' })
      async steady(): Promise<void> {
        calls.push('steady');
      }
      @OnEvent(certificateIssued, { durable: 'shaky' })
      async shaky(): Promise<void> {
        calls.push('shaky');
        if (calls.filter((name) => name === 'shaky').length < 3) throw new Error('not yet');
      }
    }
    // Both are new names: only what comes from now on counts.
    await notify.query(
      "insert into inbox (consumer, event_id) select name, event_id from inbox, unnest(array['steady', 'shaky']) name on conflict do nothing",
    );
    await listen(new Two());
    await outbox.append(issuer, [issued()]);
    await waitUntil(() => calls.length >= 4);
    expect(calls.sort()).toEqual(['shaky', 'shaky', 'shaky', 'steady']);
  });
});

describe('many messages published at once', () => {
  const publication = (subject: string = certificateIssued.subject) => ({ id: newId(), subject, payload: '{}' });

  it('are answered each for itself, in their order', async () => {
    const refused = { ...publication(), payload: 'x'.repeat(maxEventBytes + 2_000) };
    const unsendable = { ...publication(), payload: 'x'.repeat(9_000_000) };
    const faults = await publishAll(issuerBus, [publication(), refused, publication(), unsendable, publication()], 5_000);
    expect(faults.map((fault) => fault === undefined)).toEqual([true, false, true, false, true]);
    expect(faults[1]).toBeInstanceOf(JetStreamApiError);
    expect(faults[1]).toMatchObject({ status: 400 });
    expect(faults[3]).toBeInstanceOf(InvalidArgumentError);
  });

  it('are in the stream once, however often they are published', async () => {
    const manager = await jetstreamManager((await server.bus('sifaka-admin')).connection, { checkAPI: false });
    const messages = Array.from({ length: 30 }, () => publication());
    await publishAll(issuerBus, messages, 5_000);
    const before = (await manager.streams.info('SIFAKA')).state.last_seq;
    await expect(publishAll(issuerBus, messages, 5_000)).resolves.toEqual(messages.map(() => undefined));
    expect((await manager.streams.info('SIFAKA')).state.last_seq).toBe(before);
  });

  it('are not taken for stored when nobody, or no stream, answers', async () => {
    const [fault] = await publishAll(issuerBus, [publication('rpc.issuer.certificate.nobody')], 300);
    expect(fault).toMatchObject({ code: 'unavailable' });
    await server.pause();
    const faults = publishAll(issuerBus, [publication(), publication()], 300);
    await expect(faults).resolves.toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }]);
    await server.resume();
  });
});

describe('several relays', () => {
  it('share the work and keep the order in which events were written', async () => {
    const manager = await jetstreamManager((await server.bus('sifaka-admin')).connection, { checkAPI: false });
    const before = (await manager.streams.info('SIFAKA')).state.last_seq;
    const second = await open('issuer');
    ends.push(() => second.close());
    relay(second);
    relay();
    const events = Array.from({ length: 1_200 }, () => issued());
    for (let start = 0; start < events.length; start += 40) await outbox.append(issuer, events.slice(start, start + 40));
    await waitUntil(async () => (await backlog()).length === 0);
    const stored: number[] = [];
    for (let seq = before + 1; seq <= before + events.length; seq += 1) {
      const message = await manager.streams.getMessage('SIFAKA', { seq });
      stored.push(idOf(message?.json<CloudEvent>() ?? events[0]!.envelope));
    }
    expect(stored).toEqual(events.map(({ envelope }) => idOf(envelope)));
  });
});

/** As if the process were killed after the stream acknowledged: the transaction never commits. */
function dyingBeforeDelete(database: Database): Database {
  const dying = new Database(database.service, database.dataSource, database.pool);
  dying.transaction = (fn) =>
    database.transaction((tx) =>
      fn({
        query: (statement, params) => {
          if (typeof statement !== 'string' && statement.name === 'outbox-done') throw new Error('killed');
          return tx.query(statement, params);
        },
      }),
    );
  return dying;
}
