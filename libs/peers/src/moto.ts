import { debian13Root } from './debian13.js';
import { launch, type Peer } from './launch.js';

export interface Moto extends Peer {
  /** Endpoint of every service of AWS; any credentials will do. */
  readonly url: string;
  /** Forgets everything, as a new start would. */
  reset(): Promise<void>;
}

// Python reads a hundred service descriptions first.
const startLimitMs = 60_000;

/** moto's server: the APIs of AWS (IAM, S3, Route 53, ACM, ACM-PCA, STS, …) in the memory of one process, from a Debian 13 system of its own. */
export async function startMoto(): Promise<Moto> {
  const root = debian13Root();
  const peer = await launch({
    name: 'moto',
    ports: 1,
    root,
    startLimitMs,
    prepare: ({ port }) => ({
      program: '/usr/bin/moto_server',
      args: ['-H', '127.0.0.1', '-p', String(port(0))],
      env: { PYTHONDONTWRITEBYTECODE: '1', LC_ALL: 'C.UTF-8' },
    }),
    isReady: async ({ port }) => (await fetch(`http://127.0.0.1:${port(0)}/moto-api/data.json`)).ok,
  });
  const url = `http://127.0.0.1:${peer.place.port(0)}`;
  return {
    ...peer,
    url,
    reset: async () => {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`);
    },
  };
}
