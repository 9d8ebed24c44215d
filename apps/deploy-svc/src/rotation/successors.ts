import { Injectable } from '@nestjs/common';
import type { PlacedCertificate } from '@sifaka/contracts';
import { PlacedCertificates } from '../deployment/placed-certificates.js';

/** A chain of replacements that is longer is cut off there. */
const longestChain = 50;

export type Known = ReadonlyMap<number, PlacedCertificate>;

/** Reads certificates with all that has replaced them, over several as well. */
@Injectable()
export class Successors {
  constructor(private readonly placed: PlacedCertificates) {}

  async read(ids: readonly number[]): Promise<Known> {
    const known = new Map<number, PlacedCertificate>();
    let next = [...new Set(ids)];
    for (let depth = 0; depth < longestChain && next.length > 0; depth++) {
      const found = await this.placed.read(next);
      for (const each of found) known.set(each.id, each);
      next = [...new Set(found.flatMap(({ replacedBy }) => replacedBy))].filter((id) => !known.has(id));
    }
    return known;
  }
}

/** Why a certificate is not brought anywhere any more; null: it may be. */
export function unfit({ name, format, isDeleted, status, notBefore, notAfter }: PlacedCertificate, now: Date): string | null {
  if (format !== 'x509') return `certificate "${name}" is an OpenSSH certificate`;
  if (isDeleted) return `certificate "${name}" is deleted`;
  if (status === 'revoked') return `certificate "${name}" is revoked`;
  if (Date.parse(notAfter) <= now.getTime()) return `certificate "${name}" expired on ${notAfter}`;
  if (Date.parse(notBefore) > now.getTime()) return `certificate "${name}" is not valid before ${notBefore}`;
  return null;
}

/** The end of the chain of replacements: of those that may be presented and that none of the others replaces, the newest. */
export function successorOf(id: number, known: Known, now: Date): PlacedCertificate | undefined {
  const seen = new Set<number>([id]);
  const queue = [...(known.get(id)?.replacedBy ?? [])];
  const fit: PlacedCertificate[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const certificate = known.get(next);
    if (certificate === undefined || seen.has(next)) continue;
    seen.add(next);
    if (unfit(certificate, now) === null) fit.push(certificate);
    queue.push(...certificate.replacedBy);
  }
  const ends = fit.filter(({ replacedBy }) => !replacedBy.some((other) => fit.some((each) => each.id === other)));
  const [newest] = (ends.length > 0 ? ends : fit).toSorted((one, other) => Date.parse(other.notBefore) - Date.parse(one.notBefore) || other.id - one.id);
  return newest;
}
