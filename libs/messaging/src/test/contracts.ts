import { command, event, query } from '@sifaka/contracts';
import { z } from 'zod';
import type { Registry } from '../rights/nats-rights.js';

export const echo = query('rpc.issuer.text.echo', {
  input: z.object({ text: z.string().min(1), waitMs: z.int().default(0) }),
  output: z.object({ text: z.string(), replica: z.string() }),
  callers: ['gateway', 'notify'],
});

export const spend = command('rpc.issuer.coin.spend', {
  input: z.object({ failures: z.int() }),
  output: z.object({ attempts: z.int() }),
  callers: ['gateway'],
});

export const look = query('rpc.issuer.coin.look', {
  input: z.object({ failures: z.int() }),
  output: z.object({ attempts: z.int() }),
  callers: ['gateway'],
});

const Seen = z.object({
  leftMs: z.number(),
  principal: z.string(),
  caller: z.string(),
  requestId: z.string(),
  traceId: z.string().nullable(),
});

/** gateway → issuer → keyvault: what each hop saw. */
export const relay = query('rpc.issuer.call.relay', {
  input: z.object({}),
  output: z.object({ first: Seen, second: Seen }),
  timeoutMs: 10_000,
  callers: ['gateway', 'deploy'],
});
export const observe = query('rpc.keyvault.call.observe', {
  input: z.object({}),
  output: Seen,
  timeoutMs: 10_000,
  callers: ['issuer', 'gateway'],
});

export const fail = command('rpc.issuer.fault.throw', {
  input: z.object({ how: z.enum(['known', 'unknown', 'bad-answer', 'huge-answer']) }),
  output: z.object({ text: z.string() }),
  callers: ['gateway'],
});

/** Declared, but nobody answers it. */
export const nobody = query('rpc.acme.order.get', { input: z.object({}), output: z.object({}), callers: ['gateway'] });
export const nobodyDoes = command('rpc.acme.order.start', { input: z.object({}), output: z.object({}), callers: ['gateway'] });

export const exportKey = query('rpc.keyvault.key.export', { input: z.object({}), output: z.object({}), callers: ['issuer', 'deploy'] });

export const certificateIssued = event('sifaka.v1.certificate.issued', {
  source: 'issuer',
  summary: 'A certificate was issued.',
  data: z.object({ id: z.int() }),
});
export const keyViewed = event('sifaka.v1.key.viewed', {
  source: 'every',
  summary: 'Somebody saw a key.',
  data: z.object({ id: z.int() }),
});

export const registry: Registry = {
  contracts: [echo, spend, look, relay, observe, fail, nobody, nobodyDoes, exportKey],
  events: [certificateIssued, keyViewed],
};
