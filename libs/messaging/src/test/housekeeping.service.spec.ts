import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { openDatabase, type Database } from '@sifaka/database';
import { metricsText } from '@sifaka/observability';
import { AuditEntries } from '../audit/audit-entries.js';
import { newEvent } from '../event/cloud-event.js';
import { OutboxRelay } from '../event/outbox-relay.js';
import { Outbox } from '../event/outbox.js';
import { ensureStream } from '../event/stream.js';
import { streamName } from '../rights/durables.js';
import { certificateIssued, registry } from './contracts.js';
import { TestNats, silent } from './nats-server.js';
import { testDatabase, waitUntil, type TestDatabase } from './servers.js';

let databases: TestDatabase;
let issuer: Database;

beforeAll(async () => {
  databases = await testDatabase(['issuer']);
  issuer = await openDatabase({ service: 'issuer', url: databases.urlOf('issuer') });
});
afterAll(async () => {
  await issuer.close();
  await databases.drop();
});

describe('audit entries', () => {
  it('go when they are older than the retention, and cannot be removed while the stream may still hold them', async () => {
    const text = `insert into audit_entry (id, at, action, actor, object_type, object_id)
      select gen_random_uuid(), now() - make_interval(days => age), 'test.made', '{}', 'test', age::text from unnest($1::int[]) age`;
    await issuer.query(text, [[0, 30, 32, 89, 91, 400]]);
    const entries = new AuditEntries(issuer, 90);

    expect([await entries.forget(), await entries.forget()]).toEqual([2, 0]);
    await expect(issuer.query("delete from audit_entry where object_id = '30'")).rejects.toThrow('never changed or removed');
    await expect(new AuditEntries(issuer, 1).forget()).rejects.toThrow('never changed or removed');
    await expect(issuer.query("update audit_entry set action = 'x' where object_id = '89'")).rejects.toThrow('never changed or removed');
  });
});

describe('events that the stream refuses', () => {
  it('are set aside after five attempts, however many stand before the others, and are counted', async () => {
    const server = await TestNats.start(registry);
    const admin = await server.bus('sifaka-admin');
    await ensureStream(admin);
    const { streams } = await jetstreamManager(admin.connection, { checkAPI: false });
    await streams.update(streamName, { max_msg_size: 2_000 });
    const outbox = new Outbox('issuer');
    const relay = new OutboxRelay(issuer, await server.bus('issuer'), 'issuer', silent);
    outbox.attach(() => relay.wake());

    const poison = `insert into outbox (id, subject, payload)
      select gen_random_uuid(), $1, jsonb_build_object('pad', repeat('x', 3000)) from generate_series(1, 600)`;
    await issuer.query(poison, [certificateIssued.subject]);
    await outbox.append(issuer, [newEvent(certificateIssued, { id: 1 }, { at: new Date() })]);
    relay.start();
    await waitUntil(async () => (await streams.info(streamName)).state.messages === 1);
    const aside = () =>
      issuer.query('select count(*)::int as count, max(attempts)::int as attempts from outbox where set_aside_at is not null');
    await waitUntil(async () => (await aside())[0]?.count === 600);
    await relay.stop();

    expect(await aside()).toEqual([{ count: 600, attempts: 5 }]);
    expect(await issuer.query('select 1 from outbox where set_aside_at is null')).toEqual([]);
    await waitUntil(async () => (await metricsText()).includes('sifaka_outbox_set_aside'));
    await server.stop();
  });
});
