import { histogram } from '@sifaka/observability';

const labels = ['subject', 'code', 'service'] as const;

/** Seconds of a call as the asking service saw it; code `ok` or that of the error. */
export const clientDuration = histogram(
  'sifaka_rpc_client_duration_seconds',
  'Duration of calls to other services, retries included',
  labels,
);

/** Seconds of a call as the answering service saw it. */
export const serverDuration = histogram('sifaka_rpc_server_duration_seconds', 'Duration of calls that were answered', labels);

export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
