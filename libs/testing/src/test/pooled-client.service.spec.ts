import { describe, expect, it } from '@jest/globals';
import { PooledClient } from '@sifaka/database';
import pg from 'pg';
import { testServers } from '../index.js';

/** What a server's last words to a connection, that somebody has taken from its pool or just gives back, do to the process. */
async function endedByServer(Client: typeof pg.Client): Promise<() => void> {
  const pool = new pg.Pool({ Client, connectionString: testServers().databaseUrl, max: 1 });
  pool.on('error', () => undefined);
  const client = await pool.connect();
  const lastWords = () => void client.emit('error', new Error('terminating connection due to administrator command'));
  const outcome = outcomeOf(lastWords);
  client.release(true);
  await pool.end();
  return outcome;
}

function outcomeOf(work: () => void): () => void {
  try {
    work();
    return () => undefined;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

describe('connections of a pool', () => {
  it('that the server ends while nobody listens do not end the process, as those of the library do', async () => {
    expect(await endedByServer(PooledClient)).not.toThrow();
    expect(await endedByServer(pg.Client)).toThrow('terminating connection');
  });
});
