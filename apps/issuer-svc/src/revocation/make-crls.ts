import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { crlSliceBytes } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import type { Sql } from '@sifaka/database';
import { assembleCrl, encodeCrlEntries, encodeTbsCrl, keyIdentifier } from '@sifaka/pki';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { CrlRepository, type ListedRevocation, type MadeCrl, type Snapshot } from './crl.repository.js';
import { PublicationAddresses } from './publication-addresses.js';
import { crlTermsOf, type CrlTerms, type PublishingAuthority } from './publication.js';
import { sha256Of, SignLong, slicesOf } from './sign-long.js';

interface Entries {
  count: number;
  pieces: Buffer[];
}

/** Makes and publishes the full list of an authority, and with it what changed since its base: both with one number, out of one snapshot. */
@Injectable()
export class MakeCrls {
  private readonly terms: CrlTerms;

  constructor(
    private readonly lists: CrlRepository,
    private readonly signing: SignLong,
    private readonly addresses: PublicationAddresses,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: IssuerConfig,
  ) {
    this.terms = crlTermsOf(config);
  }

  /** @param isBase deltas add to it from now on @returns false when a later list came first */
  async run(authority: PublishingAuthority, number: number, isBase: boolean): Promise<boolean> {
    const startedAt = performance.now();
    const { snapshot, lists } = await this.make(authority, number);
    const { id: authorityId, slug } = authority;
    // The very first is followed by a second, which the delta belongs to.
    const isFirst = snapshot.baseNumber === null;
    const restMs = isFirst ? 0 : Math.min(mostRestMs, Math.max(leastRestMs, restShare * (performance.now() - startedAt)));
    return this.lists.publish({ authorityId, slug, number, snapshot, lists, isBase, at: this.clock.now(), restMs: Math.round(restMs) });
  }

  private async make(authority: PublishingAuthority, number: number): Promise<{ snapshot: Snapshot; lists: MadeCrl[] }> {
    const { snapshot, full, delta } = await this.lists.inSnapshot((tx) => this.read(tx, authority.id));
    // Hosts whose clocks run slow refuse a list from the future, and with it every certificate.
    const thisUpdate = new Date(this.clock.now().getTime() - backdateMs);
    const made = [await this.sign(authority, full, { number, baseNumber: null, thisUpdate, validityMs: this.terms.validityMs })];
    const { deltaValidityMs } = this.terms;
    if (delta !== null && deltaValidityMs !== null) made.push(await this.sign(authority, delta, { number, baseNumber: snapshot.baseNumber, thisUpdate, validityMs: deltaValidityMs }));
    return { snapshot, lists: made };
  }

  private async read(tx: Sql, authorityId: number): Promise<{ snapshot: Snapshot; full: Entries; delta: Entries | null }> {
    const snapshot = await this.lists.snapshot(tx, authorityId);
    const full = await gather((after) => this.lists.listed(tx, authorityId, snapshot, after, pageRows));
    const hasDelta = this.terms.deltaValidityMs !== null && snapshot.baseNumber !== null;
    return { snapshot, full, delta: hasDelta ? await gather((after) => this.lists.changed(tx, authorityId, snapshot, after, pageRows)) : null };
  }

  private async sign(authority: PublishingAuthority, entries: Entries, terms: { number: number; baseNumber: number | null; thisUpdate: Date; validityMs: number }): Promise<MadeCrl> {
    const { baseNumber, thisUpdate } = terms;
    const nextUpdate = new Date(thisUpdate.getTime() + backdateMs + terms.validityMs);
    const { facts, algorithm } = authority;
    const deltaUrl = this.addresses.served(authority.slug)?.deltaCrl ?? null;
    const tbs = encodeTbsCrl({
      signatureAlgorithm: algorithm,
      issuerDer: facts.subjectDer,
      thisUpdate,
      nextUpdate,
      entries: entries.pieces,
      number: BigInt(terms.number),
      authorityKeyId: facts.subjectKeyId ?? keyIdentifier(facts.spki),
      ...(baseNumber !== null && { baseNumber: BigInt(baseNumber) }),
      ...(baseNumber === null && deltaUrl !== null && { freshestCrlUrls: [deltaUrl] }),
    });
    const bytes = assembleCrl(tbs, algorithm, await this.signing.crl(authority, tbs));
    const slices = slicesOf(bytes, crlSliceBytes);
    const sha256 = await sha256Of(slices);
    return { kind: baseNumber === null ? 'full' : 'delta', baseNumber, thisUpdate, nextUpdate, entryCount: entries.count, byteLength: bytes.length, sha256, slices };
  }
}

/** A page at a time, and others have their turn between two. */
async function gather(page: (afterSerial: string) => Promise<ListedRevocation[]>): Promise<Entries> {
  const pieces: Buffer[] = [];
  let count = 0;
  let after = '';
  for (;;) {
    const rows = await page(after);
    pieces.push(encodeCrlEntries(rows.map(({ serialHex, revokedAt, reason }) => ({ serial: BigInt(`0x${serialHex}`), revokedAt, reason }))));
    count += rows.length;
    after = rows.at(-1)?.serialHex ?? '';
    if (rows.length < pageRows) return { count, pieces };
    await setImmediate();
  }
}

/** 12 ms of work in one piece, most of it the reading of rows. */
const pageRows = 2_000;
const backdateMs = 60_000;
/** An authority that revokes a hundred thousand certificates one by one costs a fifth of a core, and no list is half a minute late. */
const restShare = 4;
const leastRestMs = 1_000;
const mostRestMs = 20_000;
