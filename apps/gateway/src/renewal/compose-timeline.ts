import { Injectable } from '@nestjs/common';
import { deployTimeline, getRenewal, issuerTimeline, notifyTimeline, type TimelineEntry, type TimelineView, type UserPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';

/** The life of a certificate, as the services that have to do with it tell it. */
@Injectable()
export class ComposeTimeline {
  constructor(private readonly rpc: RpcClient) {}

  /** Issuer-svc has to answer; of the others it is said who did not. */
  async of(certificateId: number, principal: UserPrincipal): Promise<TimelineView> {
    const input = { certificateId };
    const missing: string[] = [];
    const orMissing = (service: string, entries: Promise<{ entries: TimelineEntry[] }>) =>
      entries.catch(() => {
        missing.push(service);
        return { entries: [] };
      });
    const [renewal, ...parts] = await Promise.all([
      this.rpc.call(getRenewal, { id: certificateId }, { principal }),
      this.rpc.call(issuerTimeline, input, { principal }),
      orMissing('deploy', this.rpc.call(deployTimeline, input, { principal, timeoutMs: patienceMs })),
      orMissing('notify', this.rpc.call(notifyTimeline, input, { principal, timeoutMs: patienceMs })),
    ]);
    const items = latestFirst(parts.flatMap(({ entries }) => entries));
    return { certificateId, renewal, next: nextOf(items), items, total: items.length, missing: missing.sort() };
  }
}

/** A page is not kept waiting for a part of it. */
const patienceMs = 3_000;

/** Those without a time at the end. */
export function latestFirst(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const timeOf = ({ at }: TimelineEntry): number => (at === null ? -Infinity : Date.parse(at));
  return [...entries].sort((a, b) => timeOf(b) - timeOf(a) || 0);
}

/**
 * What is late comes before what is planned; what is under way without a time before that; then the earliest. The end of the certificate is next
 * where nothing else is, but for notices without a time: nobody has said that they are sent at all.
 */
export function nextOf(entries: readonly TimelineEntry[]): TimelineEntry | null {
  const open = entries.filter(({ state }) => state === 'late' || state === 'planned');
  const rank = ({ state, kind, at }: TimelineEntry): number => {
    if (state === 'late') return 0;
    if (at === null) return kind === 'notification' ? 4 : 1;
    return kind === 'expiry' ? 3 : 2;
  };
  const time = ({ at }: TimelineEntry): number => (at === null ? 0 : Date.parse(at));
  return [...open].sort((a, b) => rank(a) - rank(b) || time(a) - time(b))[0] ?? null;
}
