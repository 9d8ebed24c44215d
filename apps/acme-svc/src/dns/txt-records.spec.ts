import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@sifaka/observability';
import type { DnsRecord } from '@sifaka/plugin-sdk';
import type { DnsPlugins } from './dns-plugins.js';
import type { DnsProviderRepository } from './dns-provider.repository.js';
import type { RecordLocks } from './record-locks.js';
import type { TxtRecordRepository, TxtRecordRow } from './txt-record.repository.js';
import { TxtRecords } from './txt-records.js';

/** One provider whose interface writes when it is told to, and a ledger in memory. */
function aWorld() {
  const inDns = new Set<string>();
  const row: TxtRecordRow = { id: 1, holder: 'challenge/1', provider_id: 7, name: '_acme-challenge.www.example.test', value: 'digest', state: 'adding', attempts: 0 };
  let land = (): void => undefined;
  const plugin = {
    addTxt: ({ value }: DnsRecord) =>
      new Promise<void>((resolve) => {
        land = () => {
          inDns.add(value);
          resolve();
        };
      }),
    removeTxt: async ({ value }: DnsRecord) => void inDns.delete(value),
  };
  const move = (from: string, to: TxtRecordRow['state']) => {
    const isMoved = row.state === from;
    if (isMoved) row.state = to;
    return isMoved;
  };
  const ledger: Partial<TxtRecordRepository> = {
    announce: async () => row,
    stateOf: async () => row.state,
    present: async () => void move('adding', 'present'),
    addFailed: async () => undefined,
    release: async () => ((row.state = 'removing'), [row]),
    isNeededElsewhere: async () => false,
    removed: async () => void move('removing', 'removed'),
    reopen: async () => move('removed', 'removing'),
  };
  const records = new TxtRecords(
    { byId: async () => ({ id: 7 }) } as unknown as DnsProviderRepository,
    ledger as TxtRecordRepository,
    { of: async () => plugin } as unknown as DnsPlugins,
    { during: (_record: unknown, work: () => Promise<unknown>) => work() } as unknown as RecordLocks,
    { warn: () => undefined } as unknown as Logger,
  );
  return { records, row, inDns, land: () => land() };
}

describe('a TXT record that is written after its time', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const publishInVain = async ({ records }: ReturnType<typeof aWorld>) => {
    const publishing = expect(records.publish({ challengeId: 1, providerId: 7, recordName: 'x', value: 'digest' })).rejects.toMatchObject({ reason: 'dns.timeout' });
    await jest.advanceTimersByTimeAsync(90_000);
    await publishing;
  };

  it('is taken out again when its order was given up meanwhile', async () => {
    const world = aWorld();
    await publishInVain(world);
    expect(await world.records.remove(1)).toEqual({ isRemoved: true });
    world.land();
    await jest.advanceTimersByTimeAsync(0);
    expect([...world.inDns]).toEqual([]);
    expect(world.row.state).toBe('removed');
  });

  it('stays for an order that still waits for it', async () => {
    const world = aWorld();
    await publishInVain(world);
    world.land();
    await jest.advanceTimersByTimeAsync(0);
    expect([...world.inDns]).toEqual(['digest']);
  });
});
