import { Inject, Injectable } from '@nestjs/common';
import { isAppError, timestamp, type Clock } from '@sifaka/kernel';
import type { answerOcsp, InputOf, OutputOf } from '@sifaka/contracts';
import { isOfIssuer, ocspErrorResponse, parseOcspRequest, serialHex, type OcspCertId, type OcspRequest, type OcspStatus } from '@sifaka/pki';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import type { IssuerConfig } from '../issuer.config.js';
import { OcspRepository } from './ocsp.repository.js';
import type { PublishingAuthority } from './publication.js';
import { PublishingAuthorities } from './publishing-authorities.js';
import { RateLimit } from './rate-limit.js';
import { SignOcsp, type SignedAnswer } from './sign-ocsp.js';

type Answer = OutputOf<typeof answerOcsp>;

/**
 * The OCSP responder (RFC 6960, lightweight as in RFC 5019).
 *
 * What was signed before is given again while it holds. What must be signed for one asker alone - a nonce, several certificates, a serial
 * number that nobody knows - has a rate: beyond it an answer without nonce is given, or none. The first answer about a certificate that is
 * known has a rate too, a generous one: it is kept for all who ask next.
 */
@Injectable()
export class AnswerOcsp {
  private readonly bySlug = new LRUCache<string, PublishingAuthority>({ max: cachedSlugs });
  private readonly onDemand: RateLimit;
  private readonly firsts: RateLimit;
  private readonly making = new Map<string, Promise<Answer>>();

  constructor(
    private readonly authorities: PublishingAuthorities,
    private readonly repository: OcspRepository,
    private readonly signing: SignOcsp,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: IssuerConfig,
  ) {
    this.onDemand = new RateLimit(config.ocspSignaturesPerSecond);
    this.firsts = new RateLimit(config.ocspSignaturesPerSecond * firstsShare);
  }

  async run({ slug, request: text }: InputOf<typeof answerOcsp>): Promise<Answer> {
    const request = requestIn(text);
    if (request === null || request.certIds.length > maxCertIds) return refusal('malformedRequest');
    const authority = await this.authority(slug);
    // RFC 6960 section 2.3: whoever asks about certificates of others is sent away.
    if (authority === null || !request.certIds.some((certId) => isOfIssuer(certId, authority.facts))) return refusal('unauthorized');
    const [certId] = request.certIds;
    if (certId === undefined || request.certIds.length > 1) return this.signed(authority, request);
    return request.nonce === null || !this.onDemand.take() ? this.prepared(authority, certId) : this.fresh(authority, request);
  }

  private async authority(slug: string): Promise<PublishingAuthority | null> {
    const known = this.bySlug.get(slug);
    if (known !== undefined) return known;
    const found = await this.authorities.bySlug(slug);
    if (found !== null) this.bySlug.set(slug, found);
    return found;
  }

  private async prepared(authority: PublishingAuthority, certId: OcspCertId): Promise<Answer> {
    const now = this.clock.now();
    const stored = await this.repository.stored(authority.id, certId.der, now);
    // One from the future was signed while the clock was wrong: no client takes it.
    if (stored === null || stored.thisUpdate.getTime() - now.getTime() > skewMs) return this.firstOnce(authority, certId);
    if (now.getTime() - stored.askedAt.getTime() > askedMs) await this.repository.asked(authority.id, certId.der, now);
    return answer({ ...stored, hasUnknown: false });
  }

  /** Whoever asks meanwhile gets the same. */
  private firstOnce(authority: PublishingAuthority, certId: OcspCertId): Promise<Answer> {
    const key = `${authority.id} ${certId.der.toString('latin1')}`;
    const running = this.making.get(key);
    if (running !== undefined) return running;
    const made = this.first(authority, certId).finally(() => this.making.delete(key));
    this.making.set(key, made);
    return made;
  }

  private async first(authority: PublishingAuthority, certId: OcspCertId): Promise<Answer> {
    const state = await this.repository.stateOf(authority.id, serialHex(certId.serial));
    const isKnown = state !== null && (state.der !== null || state.revokedAt !== null || state.isSigned);
    if (!(isKnown ? this.firsts : this.onDemand).take()) return refusal('tryLater');
    const signed = await this.signing.keep(authority, certId, true);
    return signed === null ? refusal('unauthorized') : answer(signed, signed.hasUnknown ? new Date(this.clock.now().getTime() + unknownMs) : undefined);
  }

  private async signed(authority: PublishingAuthority, request: OcspRequest): Promise<Answer> {
    return this.onDemand.take() ? this.fresh(authority, request) : refusal('tryLater');
  }

  private async fresh(authority: PublishingAuthority, { certIds, nonce }: OcspRequest): Promise<Answer> {
    const foreign = certIds.filter((certId) => !isOfIssuer(certId, authority.facts));
    const signed = await this.signing.run(authority, certIds, nonce, foreign);
    if (signed === null) return refusal('unauthorized');
    if (nonce !== null) return { ...answer(signed), expiresAt: null };
    return answer(signed, signed.hasUnknown ? new Date(this.clock.now().getTime() + unknownMs) : undefined);
  }
}

/** A page of a browser has five; more in one request is somebody's list, which a CRL serves better. */
const maxCertIds = 20;
const cachedSlugs = 1_000;
/** A certificate has eight first answers, for each of four hashes with and without NULL: who asks for all of them takes nothing from the others. */
const firstsShare = 10;
/** How often it is noted that somebody asked. */
const askedMs = 3_600_000;
/** A serial number that is not known may be tomorrow's certificate. */
const unknownMs = 60_000;
const skewMs = 5 * 60_000;

function requestIn(text: string): OcspRequest | null {
  try {
    return parseOcspRequest(Buffer.from(text, 'base64'));
  } catch (error) {
    if (isAppError(error) && error.code === 'invalid_argument') return null;
    throw error;
  }
}

function answer({ response, thisUpdate, nextUpdate, version }: SignedAnswer, expiresAt: Date = nextUpdate): Answer {
  return { response: response.toString('base64'), expiresAt: timestamp(expiresAt), thisUpdate: timestamp(thisUpdate), version: String(version) };
}

const refusal = (status: Exclude<OcspStatus, 'successful'>): Answer => ({ response: ocspErrorResponse(status).toString('base64'), expiresAt: null, thisUpdate: null, version: null });
