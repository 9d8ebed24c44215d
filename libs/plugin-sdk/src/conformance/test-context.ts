import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { AppError, fixedClock, type Clock } from '@sifaka/kernel';
import { isKeyType, keyTypes, publicKeyOf, type KeyTypeSpec } from '@sifaka/pki';
import type { Outbound, PluginLogger } from '../context.js';
import type { AcmeClient } from '../kinds/acme.js';
import type { DestinationContext } from '../kinds/destination.js';
import type { IssuerContext, IssuerKeys, SignRequest } from '../kinds/issuer.js';

export interface TestContext extends IssuerContext, DestinationContext {
  clock: Clock & { set(to: Date): void; advance(ms: number): void };
  /** Every use of the context, in order; secrets and log lines as text. */
  readonly uses: string[];
  /** Everything that was logged, as JSON. */
  readonly logged: string[];
  /** Every signature that was made. */
  readonly journal: SignRequest[];
  /** Makes `signal` fire. */
  stop(): void;
}

export interface TestContextSettings {
  now?: Date;
  secrets?: Record<string, string>;
  /** Without it any request is a fault of the test. */
  fetch?: typeof globalThis.fetch;
  /** Real connections, for peers and stand-ins on loopback: see `loopbackOutbound`. Gives `fetch` as well. */
  outbound?: Outbound;
  acme?: AcmeClient;
  exportWith?: DestinationContext['exportWith'];
}

/** A context that stands on its own: keys in memory, a clock that stands still, no network unless it is given. */
export function testContext({ now = new Date('2026-11-21T10:00:00Z'), secrets = {}, outbound = closed, acme = noAcme, exportWith = unprepared, fetch = outbound.fetchWith({}) }: TestContextSettings = {}): TestContext {
  const uses: string[] = [];
  const logged: string[] = [];
  const journal: SignRequest[] = [];
  const abort = new AbortController();
  return {
    uses,
    logged,
    journal,
    stop: () => abort.abort(),
    clock: fixedClock(now),
    signal: abort.signal,
    logger: recordingLogger(uses, logged),
    fetch: (...request) => {
      uses.push('fetch');
      return fetch(...request);
    },
    outbound: {
      fetchWith: (trust) => {
        const fetchWithTrust = outbound.fetchWith(trust);
        return (...request) => {
          uses.push('fetch');
          return fetchWithTrust(...request);
        };
      },
      connect: (target) => {
        uses.push('connect');
        return outbound.connect(target);
      },
      agents: (trust) => outbound.agents(trust),
      secureContext: (trust) => outbound.secureContext(trust),
      isNamed: (target) => outbound.isNamed(target),
    },
    acme,
    exportWith,
    secrets: {
      read: async (reference) => {
        uses.push(`secrets.read ${reference}`);
        const value = secrets[reference];
        if (value === undefined) throw new AppError('not_found', `no secret "${reference}"`);
        return value;
      },
    },
    random: (length) => {
      uses.push('random');
      return randomBytes(length);
    },
    keys: memoryKeys(uses, journal),
  };
}

const unprepared = (): never => {
  throw new Error('the test prepared no way out');
};

/** The default: any request is a fault of the test. */
const closed: Outbound = { fetchWith: () => unprepared, connect: unprepared, agents: unprepared, secureContext: unprepared, isNamed: ({ host }) => host === '127.0.0.1' };
const noAcme: AcmeClient = { openAccount: unprepared, revoke: unprepared };

/** A key vault in memory. */
function memoryKeys(uses: string[], journal: SignRequest[]): IssuerKeys {
  const keys = new Map<string, KeyObject>();
  return {
    generate: async (keyType) => {
      uses.push(`keys.generate ${keyType}`);
      const key = generateTestKey(keyType);
      const keyId = `key-${keys.size + 1}`;
      keys.set(keyId, key);
      return { keyId, publicKeyDer: publicKeyOf(key) };
    },
    sign: async (request) => {
      uses.push('keys.sign');
      const key = keys.get(request.keyId);
      if (key === undefined) throw new AppError('not_found', `no key "${request.keyId}"`);
      journal.push(request);
      return sign(request.hash, request.tbsDer, key);
    },
  };
}

/** A private key of any key type name, for tests. */
export function generateTestKey(keyType: string): KeyObject {
  if (!isKeyType(keyType)) throw new AppError('invalid_argument', `keyType: "${keyType}" is not known`);
  const spec: KeyTypeSpec = keyTypes[keyType];
  if (spec.kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: spec.bits }).privateKey;
  if (spec.kind === 'ec') return generateKeyPairSync('ec', { namedCurve: spec.curve }).privateKey;
  return generateKeyPairSync('ed25519').privateKey;
}

/** SubjectPublicKeyInfo of a new key of the type. */
export const generateTestPublicKey = (keyType: string): Buffer => createPublicKey(generateTestKey(keyType)).export({ format: 'der', type: 'spki' });

function recordingLogger(uses: string[], logged: string[]): PluginLogger {
  const record = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    uses.push(`logger.${level}`);
    logged.push(JSON.stringify({ level, message, ...fields }));
  };
  return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
}
