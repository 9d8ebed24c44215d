import { Injectable } from '@nestjs/common';
import type { EndpointProof } from '@sifaka/contracts';
import { isAppError, toAppError } from '@sifaka/kernel';
import type { DeployedCertificate, ServedAt } from '@sifaka/plugin-sdk';
import { words, type ServedBefore } from './deployment.js';
import { fingerprintOf, judgeRestored, judgeServed, type Served } from './judge-served.js';
import { ServedCertificates } from './served-certificates.js';

/** With the upload's end as beginning: what comes later is rolled back. With the rollback it stays below five seconds. */
export const proofLimitMs = 2_500;
/** One server that does not answer must not use up the time of the next try. */
const askLimitMs = 1_000;
const firstPauseMs = 50;
const longestPauseMs = 250;
/** A server that takes its time is not asked hundreds of times: each pause is at most this part of the time that is over. */
const pausePart = 10;
/** Questions that are under way at once. */
const parallel = 16;

type Judge = (served: Served) => string | null;

/** Asks endpoints until they serve what they should, or the time is over. */
@Injectable()
export class ProveServed {
  constructor(private readonly served: ServedCertificates) {}

  /**
   * @returns what each serves now, for a rollback to be judged by; asked once
   * @throws AppError `failed_precondition` for an address that must not be asked: no upload could ever be proven there
   */
  before(points: readonly ServedAt[]): Promise<ServedBefore[]> {
    return eachOf(points, async (point) => {
      const { host, port, serverName } = point;
      const own = await this.served.ask(point, askLimitMs).then(({ chainDer }) => chainDer[0], unlessForbidden);
      return { host, port, serverName, fingerprint: own === undefined ? null : fingerprintOf(own) };
    });
  }

  /** One proof for each endpoint, in their order. Never throws for what a server does. */
  async byEach(points: readonly ServedAt[], certificate: DeployedCertificate, limitMs: number, signal: AbortSignal): Promise<EndpointProof[]> {
    return this.prove(points, () => (served) => judgeServed(served, certificate), limitMs, signal);
  }

  /** The same after a rollback. An endpoint that did not answer before need not answer now. */
  async restored(points: readonly ServedAt[], certificate: DeployedCertificate, before: readonly ServedBefore[] | null, { limitMs, signal }: { limitMs: number; signal: AbortSignal }): Promise<EndpointProof[]> {
    const beforeAt = (point: ServedAt) => before?.find(({ host, port, serverName }) => host === point.host && port === point.port && serverName === point.serverName);
    const asked = points.filter((point) => before === null || beforeAt(point)?.fingerprint !== null);
    return this.prove(asked, (point) => (served) => judgeRestored(served, beforeAt(point)?.fingerprint ?? null, certificate.certificateDer), limitMs, signal);
  }

  private prove(points: readonly ServedAt[], judgeOf: (point: ServedAt) => Judge, limitMs: number, signal: AbortSignal): Promise<EndpointProof[]> {
    const endsAt = performance.now() + limitMs;
    return eachOf(points, async (point) => {
      const { host, port, serverName, startTls } = point;
      const detail = await this.until(point, judgeOf(point), endsAt, signal);
      return { host, port, serverName, startTls, isServed: detail === null, detail: detail === null ? null : words(detail) };
    });
  }

  private async until(point: ServedAt, judge: Judge, endsAt: number, signal: AbortSignal): Promise<string | null> {
    const startedAt = performance.now();
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(Math.max(longestPauseMs, (performance.now() - startedAt) / pausePart), pauseMs * 1.5)) {
      const detail = await this.look(point, judge);
      if (detail === null) return null;
      if (signal.aborted || performance.now() + pauseMs >= endsAt) return detail;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  private async look(point: ServedAt, judge: Judge): Promise<string | null> {
    try {
      return judge(await this.served.ask(point, askLimitMs));
    } catch (error) {
      return toAppError(error).message;
    }
  }
}

function unlessForbidden(error: unknown): undefined {
  if (isAppError(error) && error.reason === 'outbound.refused') throw error;
  return undefined;
}

/** In words, for whoever has to mend it. */
export function describeFaults(proofs: readonly EndpointProof[]): string {
  return proofs.flatMap(({ host, port, serverName, detail }) => (detail === null ? [] : [`${host}:${port}${serverName === null ? '' : ` as ${serverName}`}: ${detail}`])).join('; ');
}

async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += parallel) results.push(...(await Promise.all(items.slice(start, start + parallel).map(work))));
  return results;
}
