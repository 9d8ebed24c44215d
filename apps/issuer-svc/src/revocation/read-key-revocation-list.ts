import { Inject, Injectable } from '@nestjs/common';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import type { InputOf, OutputOf, readKeyRevocationList } from '@sifaka/contracts';
import { encodeKrl, parseSshCertificate, sshPublicKey } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import { KrlRepository, type RevocationState } from './krl.repository.js';

type List = OutputOf<typeof readKeyRevocationList>;

/** The key revocation list of an SSH authority, made again when something was revoked. */
@Injectable()
export class ReadKeyRevocationList {
  private readonly made = new LRUCache<string, List>({ max: keptLists, ttl: keptMs });

  constructor(
    private readonly repository: KrlRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `failed_precondition` for an authority of X.509, or too many revocations */
  async run({ id }: InputOf<typeof readKeyRevocationList>): Promise<List> {
    const state = await this.repository.state(id);
    if (state.format !== 'openssh') {
      throw new AppError('failed_precondition', `authority "${state.name}" issues X.509: key revocation lists are for SSH authorities`, { reason: 'authority.no_krl' });
    }
    const version = versionOf(state);
    const key = `${id}.${version}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const list = await this.make(id, state, version);
    this.made.set(key, list);
    return list;
  }

  private async make(id: number, state: RevocationState, version: bigint): Promise<List> {
    const validAfter = new Date(this.clock.now().getTime() - graceMs);
    const revocations = await this.repository.revocations(id, validAfter, maxRevocations + 1);
    if (revocations.length > maxRevocations) {
      const detail = `authority "${state.name}" has revoked more than ${maxRevocations} certificates that are still valid: shorten their validity`;
      throw new AppError('failed_precondition', detail, { reason: 'authority.krl_too_long' });
    }
    const updatedAt = state.lastRevokedAt ?? state.createdAt;
    const krl = encodeKrl({
      version,
      generatedAt: updatedAt,
      comment: state.name,
      certificates: [{ issuerKey: state.der, serials: revocations.map(({ serial }) => BigInt(serial)), keyIds: [] }],
      keys: revocations.flatMap(({ compromised }) => (compromised === null ? [] : [sshPublicKey(parseSshCertificate(compromised).spki)])),
    });
    return { krl: krl.toString('base64'), version: version.toString(), updatedAt: timestamp(updatedAt) };
  }
}

/**
 * Out of what every replica sees alike: milliseconds of the last revocation, and how many there were, so that one that is
 * committed late, with an earlier time, makes a new version too.
 */
function versionOf({ revoked, lastRevokedAt }: RevocationState): bigint {
  if (lastRevokedAt === null) return 0n;
  return (BigInt(lastRevokedAt.getTime()) << countBits) + (BigInt(revoked) & ((1n << countBits) - 1n));
}

const countBits = 20n;
/** Expired certificates are refused without a list; hosts whose clocks run slow get two days. */
const graceMs = 2 * 86_400_000;
/** Eight bytes each: a list of half a megabyte, which a message of the bus holds. */
const maxRevocations = 60_000;
const keptLists = 100;
/** What expired meanwhile falls out of the list then. */
const keptMs = 10 * 60_000;
