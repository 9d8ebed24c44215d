import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { isAppError, type Clock } from '@sifaka/kernel';
import { certificateImported, certificateOwnerProposed, type ingestCertificates, type InputOf, type OutputOf, type Principal } from '@sifaka/contracts';
import { auditEntry, newEvent, Outbox, type CallContext, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ChainRepository } from '../certificate/chain.repository.js';
import { readFound, storable, Unstorable, type FoundCertificate, type Given } from './found-certificate.js';
import { FoundChains } from './found-chain.js';
import { FoundRepository, type Known, type Stored } from './found.repository.js';

type Input = InputOf<typeof ingestCertificates>;
type Answer = OutputOf<typeof ingestCertificates>;
type Outcome = Answer['outcomes'][number];

/** Takes what a source found into the inventory: every certificate once, whatever else of the batch cannot be read. */
@Injectable()
export class IngestCertificates {
  private readonly foundChains = new FoundChains();

  constructor(
    private readonly repository: FoundRepository,
    private readonly chains: ChainRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<Answer> {
    const items = input.certificates.map(itemOf);
    const known = await this.repository.known([...new Set(items.map(({ fingerprint }) => fingerprint))]);
    const newcomers = await this.read(items.filter(({ fingerprint }) => !known.has(fingerprint)));
    const stored = await this.store([...newcomers.found.values()], input, principal);
    for (const [fingerprint, row] of stored.known) known.set(fingerprint, row);
    await this.repository.fillExternalIds(missingExternalIds(items, known));

    const isNew = new Map(stored.stored.map(({ id, found }) => [found.facts.fingerprintSha256, id]));
    const outcomes = items.map(({ fingerprint }): Outcome => {
      const id = isNew.get(fingerprint);
      const certificateId = id ?? known.get(fingerprint)?.id;
      if (certificateId === undefined) return { status: 'refused', reason: newcomers.refused.get(fingerprint) ?? unreadable };
      // The same one again in this call is known by then.
      isNew.delete(fingerprint);
      if (id !== undefined) known.set(fingerprint, { id, lacksExternalId: false });
      return { status: id === undefined ? 'known' : 'new', certificateId, fingerprintSha256: fingerprint };
    });
    return { outcomes };
  }

  private async read(items: readonly Item[]): Promise<{ found: Map<string, FoundCertificate>; refused: Map<string, string> }> {
    const found = new Map<string, FoundCertificate>();
    const refused = new Map<string, string>();
    for (const [index, { der, fingerprint, given }] of items.entries()) {
      // Whoever else asks this process something waits no longer than for some of them.
      if (index % readAtOnce === readAtOnce - 1) await setImmediate();
      const before = found.get(fingerprint);
      if (before !== undefined) before.externalId ??= storable(given.externalId);
      if (before !== undefined || refused.has(fingerprint)) continue;
      try {
        found.set(fingerprint, readFound(der, given, (facts) => this.foundChains.of(facts, given.chainDer)));
      } catch (error) {
        refused.set(fingerprint, reasonOf(error));
      }
    }
    return { found, refused };
  }

  private async store(found: readonly FoundCertificate[], { source, owner: ownerAsGiven, ownerRoleId }: Input, principal: Principal) {
    const at = this.clock.now();
    const sourceId = source?.id ?? null;
    const owner = ownerAsGiven.toLowerCase();
    const chainIds = await this.chains.idsOf(found.map(({ chain }) => chain));
    const newcomers = found.map((each, index) => ({ found: each, chainId: chainIds[index] ?? null }));
    if (newcomers.length === 0) return { stored: [], known: new Map<string, Known>() };
    return this.repository.transaction(async (tx) => {
      const outcome = await this.repository.insert(tx, newcomers, { sourceId: sourceId ?? 0, owner, ownerRoleId }, at);
      const { stored } = outcome;
      if (stored.length === 0) return outcome;
      const entry = auditEntry(principal, {
        at,
        service: 'issuer',
        action: 'certificate.imported',
        object: source === null ? { type: 'certificate', id: stored[0]?.id ?? 0, name: stored[0]?.name ?? null } : { type: 'source', id: source.id, name: source.label },
        details: { owner, count: stored.length, certificateIds: stored.map(({ id }) => id) },
      });
      await this.outbox.record(tx, [entry], stored.flatMap((each) => eventsOf(each, { owner, ownerRoleId, sourceId, at })));
      return outcome;
    });
  }
}

interface Item {
  der: Buffer;
  fingerprint: string;
  given: Given;
}

function itemOf(given: Given): Item {
  const der = Buffer.from(given.certificateDer, 'base64');
  return { der, fingerprint: hash('sha256', der, 'hex'), given };
}

/** By id, for known ones that have none. */
function missingExternalIds(items: readonly Item[], known: ReadonlyMap<string, Known>): Map<number, string> {
  const missing = new Map<number, string>();
  for (const { fingerprint, given } of items) {
    const row = known.get(fingerprint);
    const externalId = storable(given.externalId);
    if (row?.lacksExternalId === true && externalId !== null && !missing.has(row.id)) missing.set(row.id, externalId);
  }
  return missing;
}

function eventsOf({ id, name, found }: Stored, { owner, ownerRoleId, sourceId, at }: { owner: string; ownerRoleId: number; sourceId: number | null; at: Date }): NewEvent[] {
  const { facts, columns } = found;
  const options = { subject: String(id), at };
  const proposedOwner = found.owner === owner ? null : found.owner;
  const data = {
    id,
    name,
    owner,
    commonName: facts.cn,
    names: columns.domains,
    authorityId: null,
    serialHex: facts.serialHex,
    fingerprintSha256: facts.fingerprintSha256,
    notBefore: facts.notBefore.toISOString(),
    notAfter: facts.notAfter.toISOString(),
    replaces: [],
    roleIds: [ownerRoleId],
    destinationIds: [],
    notificationIds: [],
    sourceId,
    proposedOwner,
  };
  const imported = newEvent(certificateImported, data, options);
  return proposedOwner === null || sourceId === null ? [imported] : [imported, newEvent(certificateOwnerProposed, { id, owner, sourceId, proposedOwner }, options)];
}

/** Our own words about bytes that somebody else wrote; a fault of ours says nothing of itself. */
function reasonOf(error: unknown): string {
  if (error instanceof Unstorable || (isAppError(error) && error.code === 'invalid_argument')) return error.message;
  return unreadable;
}

const unreadable = 'it cannot be read as a certificate';

/** Some milliseconds. */
const readAtOnce = 25;
