import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { assembleOcspResponse, encodeOcspResponseData, parseCertificate, serialHex, verifySignedBy, type CertificateFacts, type OcspCertId, type OcspSingleResponseInput } from '@sifaka/pki';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { OcspRepository, type SerialState } from './ocsp.repository.js';
import { OcspResponders } from './ocsp-responders.js';
import type { PublishingAuthority } from './publication.js';

export interface SignedAnswer {
  response: Buffer;
  thisUpdate: Date;
  nextUpdate: Date;
  version: number;
  /** Nothing is known of one of them. */
  hasUnknown: boolean;
}

/** Signs what is on record about certificates of an authority. */
@Injectable()
export class SignOcsp {
  constructor(
    private readonly repository: OcspRepository,
    private readonly responders: OcspResponders,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  /**
   * @param foreign those among them that belong to other issuers: nothing is known of them here
   * @returns null when nobody speaks for the authority any more
   */
  async run(authority: PublishingAuthority, certIds: readonly OcspCertId[], nonce: Buffer | null = null, foreign: readonly OcspCertId[] = []): Promise<SignedAnswer | null> {
    const responder = await this.responders.of(authority);
    const states = await this.statesOf(authority, certIds);
    if (responder === null || states === null) return null;
    const thisUpdate = new Date(Math.floor(this.clock.now().getTime() / 1_000) * 1_000);
    // Nobody takes an answer whose signer has ended.
    const nextUpdate = new Date(Math.min(thisUpdate.getTime() + this.config.ocspValidityHours * 3_600_000, responder.notAfter.getTime()));
    const responses = certIds.map((certId, index) => answerFor(authority, certId, foreign.includes(certId) ? null : (states[index] ?? null), { thisUpdate, nextUpdate }));
    const data = encodeOcspResponseData({ responder: { byKey: responder.keyHash }, producedAt: thisUpdate, responses, nonce });
    const signature = await this.responders.sign(authority, responder, data);
    const response = assembleOcspResponse(data, responder.algorithm, signature, [responder.certificateDer]);
    // The oldest of the states: what is kept under it is asked for again as soon as one of them may have changed.
    const version = Math.min(...states.map((state) => state.version));
    return { response, thisUpdate, nextUpdate, version, hasUnknown: responses.some(({ status }) => status === 'unknown') };
  }

  /** Signs about one certificate, and keeps what was signed unless nothing is known of it: anybody can ask for any number. */
  async keep(authority: PublishingAuthority, certId: OcspCertId, isAsked: boolean): Promise<SignedAnswer | null> {
    const signed = await this.run(authority, [certId]);
    if (signed === null || signed.hasUnknown) return signed;
    const { response, thisUpdate, nextUpdate, version } = signed;
    const answer = { authorityId: authority.id, certId: certId.der, serialHex: serialHex(certId.serial), version, thisUpdate, nextUpdate, response };
    await this.repository.keep(answer, isAsked ? this.clock.now() : null);
    return signed;
  }

  private async statesOf(authority: PublishingAuthority, certIds: readonly OcspCertId[]): Promise<SerialState[] | null> {
    const states: SerialState[] = [];
    for (const { serial } of certIds) {
      const state = await this.repository.stateOf(authority.id, serialHex(serial));
      if (state === null) return null;
      states.push(state);
    }
    return states;
  }
}

type Times = Pick<OcspSingleResponseInput, 'thisUpdate' | 'nextUpdate'>;

/** `good` is said of what the authority signed, and of nothing else: that it is filed under the authority proves nothing. */
function answerFor({ facts }: PublishingAuthority, certId: OcspCertId, state: SerialState | null, times: Times): OcspSingleResponseInput {
  if (state === null) return { status: 'unknown', certId, ...times };
  const { revokedAt, reason, der, isSigned } = state;
  if (revokedAt !== null) return { status: 'revoked', revokedAt, reason, certId, ...times };
  return { status: isSigned || (der !== null && isIssuedBy(der, facts)) ? 'good' : 'unknown', certId, ...times };
}

const isIssuedBy = (der: Buffer, issuer: CertificateFacts): boolean => verifySignedBy(parseCertificate(der), issuer) === 'valid';
