import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import { changedSerialsLimits } from '@sifaka/contracts';
import type { findCrl, getPublication, InputOf, listRevocationVersions, OutputOf, PublicationRecord, publishCrl, readAuthorityCertificate, readCrl } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { parseCertificate } from '@sifaka/pki';
import { ACCESS_RULES } from '../access-rules.js';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import { CrlRepository } from './crl.repository.js';
import { OcspResponders } from './ocsp-responders.js';
import { PublicationAddresses } from './publication-addresses.js';
import { PublicationRepository } from './publication.repository.js';
import { PublishCrl } from './publish-crl.js';
import { PublishingAuthorities, reasonNot } from './publishing-authorities.js';

/** Lists and certificates as the gateway and destinations fetch them. */
@Injectable()
export class ReadCrls {
  constructor(
    private readonly lists: CrlRepository,
    private readonly publications: PublicationRepository,
    private readonly authorities: PublishingAuthorities,
  ) {}

  async find({ slug, kind }: InputOf<typeof findCrl>): Promise<OutputOf<typeof findCrl>> {
    const authorityId = await this.publications.idOf(slug);
    const found = authorityId === null ? null : await this.lists.find(authorityId, kind);
    if (found === null) throw new AppError('not_found', `there is no ${kind} revocation list of "${slug}"`);
    return found;
  }

  async read({ authorityId, kind, number, offset }: InputOf<typeof readCrl>): Promise<OutputOf<typeof readCrl>> {
    const slice = /^\d{1,18}$/.test(number) ? await this.lists.slice(authorityId, kind, number, offset) : null;
    if (slice === null) throw new AppError('not_found', `revocation list ${number} of authority ${authorityId} is not kept any more`);
    return { bytes: slice.bytes.toString('base64'), byteLength: slice.byteLength };
  }

  async certificate({ slug }: InputOf<typeof readAuthorityCertificate>): Promise<OutputOf<typeof readAuthorityCertificate>> {
    const authority = await this.authorities.bySlug(slug);
    if (authority === null) throw new AppError('not_found', `there is no authority "${slug}"`);
    return { certificateDer: authority.facts.der.toString('base64'), chainDer: (await this.authorities.chainOf(authority.id)).map((der) => der.toString('base64')) };
  }

  async versions({ since = [] }: InputOf<typeof listRevocationVersions>): Promise<OutputOf<typeof listRevocationVersions>> {
    const text = (number: number | null) => (number === null ? null : String(number));
    const rows = await this.publications.versions(since);
    const isTooMuch = rows.reduce((count, { changed }) => count + (changed?.length ?? 0), 0) > changedSerialsLimits.ofAll;
    const told = (changed: string[] | null) => (changed === null || isTooMuch || changed.length > changedSerialsLimits.ofOne ? null : changed);
    return {
      authorities: rows.map(({ authorityId, slug, version, fullNumber, deltaNumber, changed }) => ({
        authorityId,
        slug,
        version: String(version),
        crlNumber: text(fullNumber),
        deltaNumber: text(deltaNumber),
        ...(since.length > 0 && { changedSerials: told(changed) }),
      })),
    };
  }
}

/** How an authority publishes, for people. */
@Injectable()
export class ReadPublication {
  constructor(
    private readonly directory: AuthorityDirectory,
    private readonly lists: CrlRepository,
    private readonly publications: PublicationRepository,
    private readonly addresses: PublicationAddresses,
    private readonly responders: OcspResponders,
  ) {}

  async run({ authorityId }: InputOf<typeof getPublication>): Promise<PublicationRecord> {
    return this.of(await this.directory.read(authorityId));
  }

  async of(authority: AuthorityState): Promise<PublicationRecord> {
    const why = reasonNot(authority);
    if (why !== null) return { ...nothing, authorityId: authority.id, reasonNot: why };
    const { id } = authority;
    const served = await this.addresses.of(authority);
    const [state, full, delta, revokedCount, responder] = await Promise.all([
      this.publications.read(id),
      this.lists.find(id, 'full'),
      this.lists.find(id, 'delta'),
      this.publications.revokedCount(id),
      this.responders.current(id),
    ]);
    return {
      authorityId: id,
      reasonNot: null,
      crlUrls: urlsOf(served?.crl),
      deltaCrlUrls: urlsOf(served?.deltaCrl),
      ocspUrls: urlsOf(served?.ocsp),
      caIssuersUrls: urlsOf(served?.caIssuers),
      full,
      delta,
      revokedCount,
      responder: responder === null ? null : { serialHex: parseCertificate(responder.der).serialHex, notAfter: responder.notAfter.toISOString() },
      lastError: state?.lastError ?? null,
    };
  }
}

/** Makes new lists at somebody's word. */
@Injectable()
export class PublishNow {
  constructor(
    private readonly directory: AuthorityDirectory,
    private readonly authorities: PublishingAuthorities,
    private readonly publishing: PublishCrl,
    private readonly reading: ReadPublication,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run({ authorityId }: InputOf<typeof publishCrl>, { principal, signal }: CallContext): Promise<PublicationRecord> {
    const state = await this.directory.read(authorityId);
    allow(principal, 'authority:update', state, this.rules);
    const authority = await this.authorities.of(state);
    if (authority === null) throw new AppError('failed_precondition', reasonNot(state) ?? `authority "${state.name}" publishes no lists`, { reason: 'authority.publishes_nothing' });
    await this.publishing.now(authority, signal);
    return this.reading.of(state);
  }
}

const urlsOf = (url: string | null | undefined): string[] => (url === null || url === undefined ? [] : [url]);

const nothing = { crlUrls: [], deltaCrlUrls: [], ocspUrls: [], caIssuersUrls: [], full: null, delta: null, revokedCount: 0, responder: null, lastError: null };
