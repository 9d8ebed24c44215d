import { AppError } from '@sifaka/kernel';
import { definePlugin, secret, type Finding, type FoundCertificate, type FoundEndpoint, type StoredCertificate } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** A place in memory that does as the test says. */
export class MemoryPlace {
  findings: Finding[] = [];
  /** Thrown by what its key names: `check`, `scan`, `endpoint`, `updateEndpoint`, `remove`. */
  readonly faults = new Map<string, Error>();
  readonly calls: string[] = [];
  readonly scans: (string | null)[] = [];
  /** Waited for before the finding of that number is handed over. */
  gate: (index: number, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  /** What its API says of endpoints; undefined: what was found last. */
  served: ((endpoint: FoundEndpoint) => FoundEndpoint | null) | undefined;
  readonly pointed: { dnsName: string; from: string; to: string }[] = [];
  readonly removed: string[] = [];

  call(what: string): void {
    this.calls.push(what);
    const fault = this.faults.get(what);
    if (fault !== undefined) throw fault;
  }
}

const places = new Map<string, MemoryPlace>();

export function placeAt(host: string): MemoryPlace {
  const place = places.get(host) ?? new MemoryPlace();
  places.set(host, place);
  return place;
}

const Options = z.object({
  host: z.string().min(1).describe('Where it is'),
  account: z.string().default('main').describe('Whose'),
  // No reference is one.
  password: secret().regex(/^[^:]+$/).optional().describe('What lets in'),
});

async function* scanned(place: MemoryPlace, resumeAfter: string | null, signal: AbortSignal): AsyncGenerator<Finding> {
  place.scans.push(resumeAfter);
  let isPassed = resumeAfter === null;
  for (const [index, finding] of place.findings.entries()) {
    if (isPassed) {
      await place.gate(index, signal);
      yield finding;
    } else if (finding.kind === 'checkpoint' && finding.cursor === resumeAfter) isPassed = true;
  }
  place.call('scan');
}

/** Refuses the password `wrong`. */
export const memoryPlugin = definePlugin({
  kind: 'source',
  slug: 'memory-source',
  title: 'Memory',
  description: 'Findings in memory',
  version: '1.0.0',
  options: Options,
  create: ({ host, password }) => {
    const place = placeAt(host);
    return {
      check: async () => {
        place.call('check');
        if (password === 'wrong') throw new AppError('permission_denied', 'the other side says: unknown password');
      },
      scan: ({ resumeAfter, signal }) => scanned(place, resumeAfter, signal),
      endpoint: async (endpoint) => {
        place.call('endpoint');
        return place.served === undefined ? endpoint : place.served(endpoint);
      },
      updateEndpoint: async ({ dnsName }, { from, to }) => {
        place.call('updateEndpoint');
        place.pointed.push({ dnsName, from: from.name, to: to.name });
      },
      remove: async ({ name }: StoredCertificate) => {
        place.call('remove');
        place.removed.push(name);
      },
    };
  },
});

/** Only looks. */
export const plainPlugin = definePlugin({
  kind: 'source',
  slug: 'plain-source',
  title: 'Plain',
  description: 'Findings in memory, nothing else',
  version: '1.0.0',
  options: z.object({ host: z.string().default('plain').describe('Where it is') }),
  create: ({ host }) => ({ scan: ({ resumeAfter, signal }) => scanned(placeAt(host), resumeAfter, signal) }),
});

export const foundCertificate = (certificateDer: Uint8Array, parts: Partial<FoundCertificate> = {}): Finding => ({
  kind: 'certificate',
  certificate: { certificateDer, chainDer: [], name: null, externalId: null, owner: null, description: null, ...parts },
});

export const foundEndpoint = (parts: Partial<FoundEndpoint> = {}): Finding => ({ kind: 'endpoint', endpoint: anEndpoint(parts) });

export const anEndpoint = (parts: Partial<FoundEndpoint> = {}): FoundEndpoint => ({
  name: 'shop-elb',
  dnsName: 'shop-1.elb.test',
  port: 443,
  type: 'elb',
  externalId: 'arn:elb:shop',
  aliases: [],
  certificates: [],
  policy: { name: 'tls-2024', ciphers: ['Protocol-TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'] },
  registryType: 'iam',
  certificatePath: '/',
  store: 'memory:main',
  serverName: null,
  startTls: null,
  ...parts,
});

export const fault = (what: string, hides: Extract<Finding, { kind: 'fault' }>['fault']['hides'] = 'nothing'): Finding => ({ kind: 'fault', fault: { what, reason: 'it did not answer', hides } });

export const checkpoint = (cursor: string): Finding => ({ kind: 'checkpoint', cursor });
