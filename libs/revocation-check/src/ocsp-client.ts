import { isAppError, type Clock } from '@sifaka/kernel';
import { encodeOcspRequest, ocspCertId, parseOcspResponse, verifyOcspResponse, type CertificateFacts, type OcspCertId, type OcspVerdict } from '@sifaka/pki';
import { refusedFor, type Obstacle } from './answer.js';
import { askHttp, type HttpTerms, type Question } from './ask-http.js';

export interface OcspSubject {
  readonly certificate: CertificateFacts;
  /** Has signed it. */
  readonly issuer: CertificateFacts;
}

export type OcspAnswer = { readonly kind: 'verdict'; readonly verdict: Exclude<OcspVerdict, { status: 'refused' }> } | Obstacle;

export interface OcspClientOptions {
  readonly clock: Clock;
  /** Makes a nonce for each question; without it answers that were made before are welcome, and caches on the way may help. */
  readonly nonce?: () => Uint8Array;
}

/** Asks OCSP responders (RFC 6960 appendix A, RFC 5019): short questions by GET, what does not get an answer that holds by POST. */
export class OcspClient {
  constructor(private readonly options: OcspClientOptions) {}

  async ask(url: string, subject: OcspSubject, terms: HttpTerms): Promise<OcspAnswer> {
    const certId = ocspCertId(subject.issuer, subject.certificate.serial);
    const nonce = this.options.nonce?.() ?? null;
    const request = encodeOcspRequest({ certIds: [certId], nonce });
    const brief = nonce === null ? getUrl(url, request) : null;
    if (brief !== null) {
      const first = await this.put({ url: brief, accept }, { ...subject, certId, nonce }, terms);
      if (first.isFinal) return first.answer;
    }
    const body = { type: 'application/ocsp-request', bytes: new Uint8Array(request) };
    const { answer } = await this.put({ url, accept, body }, { ...subject, certId, nonce }, terms);
    return answer;
  }

  private async put(question: Question, asked: Asked, terms: HttpTerms): Promise<{ answer: OcspAnswer; isFinal: boolean }> {
    const answer = await askHttp(question, terms);
    // A responder that knows POST alone answers GET with all kinds of statuses.
    if (answer.kind !== 'answer') return { answer, isFinal: answer.kind === 'refused' || !answer.detail.includes('HTTP ') };
    try {
      const verdict = verifyOcspResponse(parseOcspResponse(answer.bytes), { ...asked, at: this.options.clock.now() });
      if (verdict.status !== 'refused') return { answer: { kind: 'verdict', verdict }, isFinal: true };
      return { answer: refusedFor(verdict.detail), isFinal: !oldByCache.includes(verdict.kind) };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { answer: refusedFor(`what came is no OCSP answer: ${error.message}`), isFinal: false };
    }
  }
}

interface Asked extends OcspSubject {
  readonly certId: OcspCertId;
  readonly nonce: Uint8Array | null;
}

const accept = 'application/ocsp-response';

/** What a cache on the way, or a responder that does not know GET, may be to blame for (RFC 5019 §6). */
const oldByCache: readonly string[] = ['stale', 'malformedRequest'];

/** RFC 5019 §5: longer questions go by POST. */
const longestGet = 255;

/** Address of a question by GET; `null` where it would be too long, or has no path to go on. */
function getUrl(url: string, request: Uint8Array): string | null {
  if (/[?#]/.test(url)) return null;
  const address = `${url.replace(/\/$/, '')}/${encodeURIComponent(Buffer.from(request).toString('base64'))}`;
  return address.length <= longestGet ? address : null;
}
