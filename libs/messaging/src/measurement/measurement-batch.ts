import type { TakenMeasurement } from '@sifaka/observability';
import { z } from 'zod';

/** A measurement as it travels; NaN is null in JSON. */
const Row = z.tuple([z.string().min(1).max(300), z.enum(['counter', 'gauge', 'timer']), z.number().nullable(), z.record(z.string(), z.string())]);

const Batch = z.object({
  /** Milliseconds since 1970 at which the batch was closed: at most a second after what is in it. */
  at: z.int(),
  rows: z.array(Row).max(2_000),
});

export interface MeasurementBatch {
  at: Date;
  measurements: TakenMeasurement[];
}

/** Measurements that one message of the bus carries at most, some 200 bytes each. */
const batchRows = 1_000;

/** A NATS server as it comes takes a mebibyte. */
const batchBytes = 256 * 1024;

/**
 * What was measured within a moment, ready to send: counts of the same thing are added up and of a gauge the last value stands, as whoever
 * receives them would do; each duration stays.
 */
export function packBatches(measurements: readonly TakenMeasurement[], at: Date): string[] {
  const batches: string[] = [];
  let rows: string[] = [];
  let bytes = 0;
  const close = () => {
    if (rows.length > 0) batches.push(`{"at":${at.getTime()},"rows":[${rows.join(',')}]}`);
    rows = [];
    bytes = 0;
  };
  for (const { name, type, value, tags } of merged(measurements)) {
    const row = JSON.stringify([name, type, Number.isFinite(value) ? value : null, tags]);
    const rowBytes = Buffer.byteLength(row);
    if (rows.length === batchRows || bytes + rowBytes > batchBytes) close();
    rows.push(row);
    bytes += rowBytes;
  }
  close();
  return batches;
}

/** Null for what is no batch. */
export function readBatch(text: string): MeasurementBatch | null {
  const parsed = Batch.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { at, rows } = parsed.data;
  return { at: new Date(at), measurements: rows.map(([name, type, value, tags]) => ({ name, type, value: value ?? Number.NaN, tags })) };
}

function merged(measurements: readonly TakenMeasurement[]): TakenMeasurement[] {
  const kept: TakenMeasurement[] = [];
  const known = new Map<string, TakenMeasurement>();
  for (const measurement of measurements) {
    const { name, type, value, tags } = measurement;
    const key = type === 'timer' ? '' : `${name} ${JSON.stringify(tags)}`;
    const before = type === 'timer' ? undefined : known.get(key);
    if (before === undefined) {
      const first = { name, type, value, tags };
      kept.push(first);
      if (type !== 'timer') known.set(key, first);
    } else before.value = type === 'counter' ? before.value + value : value;
  }
  return kept;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
