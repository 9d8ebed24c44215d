import { Injectable } from '@nestjs/common';
import { hashForKeyType, signatureAlgorithmFor } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import { PublicationRepository } from './publication.repository.js';
import type { PublishingAuthority } from './publication.js';

/** Authorities that publish themselves what they revoked. */
@Injectable()
export class PublishingAuthorities {
  /** Key and certificate of an authority never change. */
  private readonly known = new LRUCache<number, PublishingAuthority>({ max: cachedAuthorities });

  constructor(
    private readonly authorities: AuthorityDirectory,
    private readonly publications: PublicationRepository,
  ) {}

  /** Null for one that does not. @throws AppError `not_found` */
  async find(id: number): Promise<PublishingAuthority | null> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const made = await this.of(await this.authorities.read(id));
    if (made !== null) this.known.set(id, made);
    return made;
  }

  async bySlug(slug: string): Promise<PublishingAuthority | null> {
    const id = await this.publications.idOf(slug);
    return id === null ? null : this.find(id);
  }

  /** Above its own certificate, the root last. */
  async chainOf(id: number): Promise<readonly Buffer[]> {
    return (await this.authorities.read(id)).chainDer.slice(1);
  }

  async of(state: AuthorityState): Promise<PublishingAuthority | null> {
    const [facts] = state.chain;
    if (facts === undefined || state.keyId === null || reasonNot(state) !== null) return null;
    const keyType = facts.keyType ?? state.keyType ?? '';
    const slug = await this.publications.slugOf(state.id, state.name);
    return { id: state.id, name: state.name, slug, keyId: state.keyId, facts, algorithm: signatureAlgorithmFor(keyType, hashForKeyType(keyType)) };
  }
}

/** Why the platform does not publish for an authority; null when it does. */
export function reasonNot({ name, format, keyId, pluginSlug, chain }: AuthorityState): string | null {
  if (format !== 'x509') return `authority "${name}" issues SSH certificates: hosts fetch its key revocation list`;
  if (keyId === null) return `the key of authority "${name}" is not here: its CA publishes what was revoked through issuer "${pluginSlug}"`;
  const usage = chain[0]?.extensions.keyUsage;
  if (usage !== undefined && !usage.includes('crlSign')) return `the certificate of authority "${name}" does not allow it to sign revocation lists (key usage crlSign)`;
  return null;
}

const cachedAuthorities = 1_000;
