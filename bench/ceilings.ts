import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import pg from 'pg';

const seconds = 2;

/** P-256 keys made and messages signed, one each, on one core: what no issuance with a new key can beat. */
export function keysAndSignaturesPerSecond(): number {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  // As long as the to-be-signed part of a server certificate.
  const message = randomBytes(420);
  return perSecond(() => {
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    sign('sha256', message, authority);
  });
}

function perSecond(operation: () => void): number {
  const endAt = performance.now() + seconds * 1_000;
  let count = 0;
  for (; performance.now() < endAt; count += 1) operation();
  return count / seconds;
}

/** Rows of a certificate's size, each inserted and made durable by itself, over as many connections as a service has. */
export async function insertsPerSecond(databaseUrl: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const row = randomBytes(1_500);
  try {
    await pool.query('create table if not exists bench_row (id bigint generated always as identity primary key, body bytea not null)');
    const endAt = performance.now() + seconds * 1_000;
    let count = 0;
    const insert = async () => {
      for (; performance.now() < endAt; count += 1)
        await pool.query({ name: 'insert', text: 'insert into bench_row (body) values ($1)', values: [row] });
    };
    await Promise.all(Array.from({ length: 32 }, insert));
    return count / seconds;
  } finally {
    await pool.query('drop table if exists bench_row');
    await pool.end();
  }
}

/** The same rows, five hundred in a statement, over two connections: what no batch of certificates can beat. */
export async function batchedInsertsPerSecond(databaseUrl: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const rows = Array.from({ length: 500 }, () => randomBytes(1_500));
  try {
    await pool.query('create table if not exists bench_row (id bigint generated always as identity primary key, body bytea not null)');
    const endAt = performance.now() + seconds * 1_000;
    let count = 0;
    const insert = async () => {
      for (; performance.now() < endAt; count += rows.length)
        await pool.query({ name: 'insert-many', text: 'insert into bench_row (body) select * from unnest($1::bytea[])', values: [rows] });
    };
    await Promise.all([insert(), insert()]);
    return count / seconds;
  } finally {
    await pool.query('drop table if exists bench_row');
    await pool.end();
  }
}
