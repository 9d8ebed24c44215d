import type { SyncCounts } from '@sifaka/contracts';
import type { SourceFault } from '@sifaka/plugin-sdk';
import type { Trust } from '../endpoint/judge-chain.js';
import type { LeasedRun, RunMark } from './lease.repository.js';

/** Where a run is: what was written, and what the transaction in progress adds to it. */
export class RunState implements RunMark {
  counts: SyncCounts;
  hidesEverything: boolean;
  hiddenScopes: string[];
  private kept: RunMark;
  private known: Set<string>;
  /** Of which a word was said already. */
  private readonly told = new Set<string>();

  constructor(
    readonly run: LeasedRun,
    readonly trust: Trust,
    /** What an endpoint was said to present after that is newer than what the run reads. */
    readonly startedAt: Date,
  ) {
    this.counts = run.counts;
    this.hidesEverything = run.hides_everything;
    this.hiddenScopes = run.hidden_scopes;
    this.known = new Set(run.hidden_scopes);
    this.kept = { counts: run.counts, hidesEverything: run.hides_everything, hiddenScopes: run.hidden_scopes };
  }

  /** Forgets what a transaction added that was not committed. */
  begin(): void {
    this.counts = this.kept.counts;
    this.hidesEverything = this.kept.hidesEverything;
    this.hiddenScopes = [...this.kept.hiddenScopes];
    this.known = new Set(this.hiddenScopes);
  }

  count(more: Partial<SyncCounts>): void {
    const sum = { ...this.counts };
    for (const key of countNames) sum[key] += more[key] ?? 0;
    this.counts = sum;
  }

  hide(hides: SourceFault['hides']): void {
    if (hides === 'everything') this.hidesEverything = true;
    else if (hides !== 'nothing') for (const scope of 'scope' in hides ? [hides.scope] : hides.silentScopes) this.hideScope(scope);
    // More scopes than a place has parts: nothing is known of it.
    if (this.hiddenScopes.length > maxScopes) this.hidesEverything = true;
  }

  private hideScope(scope: string): void {
    if (this.known.has(scope)) return;
    this.known.add(scope);
    this.hiddenScopes.push(scope);
  }

  commit(): void {
    this.kept = { counts: this.counts, hidesEverything: this.hidesEverything, hiddenScopes: this.hiddenScopes };
  }

  /** Whether it is the first word of that in this run. */
  isFirst(what: string): boolean {
    return this.told.size < this.told.add(what).size;
  }

  /** Findings that are kept so far, or would be if there were room. */
  get findingCount(): number {
    return this.kept.counts.certificatesRefused + this.kept.counts.endpointsSkipped + this.kept.counts.faults;
  }
}

const maxScopes = 10_000;

const countNames = [
  'certificatesFound',
  'certificatesNew',
  'certificatesLinked',
  'certificatesUnlinked',
  'certificatesRefused',
  'endpointsFound',
  'endpointsNew',
  'endpointsChanged',
  'endpointsExpired',
  'endpointsSkipped',
  'faults',
] as const;
