import { Inject, Injectable } from '@nestjs/common';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { tokenUploadRequested } from '@sifaka/contracts';
import { newEvent } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { DnsChallenges } from '../dns/dns-challenges.js';
import { canBeRetried } from '../order/judge.js';
import type { Challenge, ChallengePatch, Order } from '../order/order.js';
import { untilNextLook, untilNextSighting } from '../order/pauses.js';
import { circumstance, failureOf, unpublished, type Circumstances } from '../order/steps.js';
import type { Step } from '../order/step.js';
import { AcmeConnections, type AcmeConnection } from '../protocol/acme-connection.js';
import { problemText } from '../protocol/problem.js';
import type { Authorization } from '../protocol/resources.js';
import { failedChallenge } from './choose-challenge.js';
import { dnsValue, tokenPath } from './dns-value.js';

/** Steps of one challenge from its choice to the CA's verdict (RFC 8555 sections 7.5.1 and 8). */
@Injectable()
export class ProveControl {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly dns: DnsChallenges,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  /** Puts the answer where the CA will look. */
  async publish(_order: Order, challenge: Challenge): Promise<Step> {
    if (challenge.type === 'dns-01') {
      await this.dns.publish({ ...recordOf(challenge), challengeId: challenge.id });
      return this.change(challenge, { state: 'published', publishedAt: this.clock.now(), polls: 0, pollAt: null });
    }
    if (challenge.tokenDestination === null) return this.change(challenge, { state: 'published', publishedAt: this.clock.now() });
    return this.requestUpload(challenge, { state: 'publishing', publishedAt: this.clock.now(), polls: 0 });
  }

  /** The destination has not answered yet: an event may have been given up on the way. */
  async remind(order: Order, challenge: Challenge, circumstances: Circumstances): Promise<Step> {
    if (this.isLate(challenge)) return this.notSeen(order, challenge, `destination "${challenge.tokenDestination ?? ''}" did not confirm the token`, circumstances);
    return this.requestUpload(challenge, { polls: challenge.polls + 1 });
  }

  /** One look at the authoritative servers: the CA must not be asked to before they all have it. */
  async look(order: Order, challenge: Challenge, circumstances: Circumstances): Promise<Step> {
    const { isSeen, detail } = await this.dns.propagation({ ...recordOf(challenge), zone: challenge.zone ?? '' });
    if (isSeen) return this.answer(order, challenge);
    if (this.isLate(challenge)) return this.notSeen(order, challenge, `the TXT record ${challenge.recordName ?? ''} is not at all authoritative servers: ${detail}`, circumstances);
    return this.change(challenge, { polls: challenge.polls + 1, pollAt: this.later(untilNextSighting(challenge.polls)), lastError: detail.slice(0, 2_000) });
  }

  /** Has the CA validate. */
  async answer(order: Order, challenge: Challenge): Promise<Step> {
    const connection = await this.connections.of(order.authority);
    const retryAfterMs = await connection.answerChallenge(challenge.challengeUrl ?? '').then(
      (answer) => answer.retryAfterMs,
      async (error: unknown) => {
        // Answered already, before a crash or by another order that shares the authorization: its state says so.
        if (isAppError(error) && error.code === 'failed_precondition' && (await isAnswered(connection, challenge))) return null;
        throw passing(error);
      },
    );
    const pollAt = this.later(untilNextLook(0, retryAfterMs));
    return this.change(challenge, { state: 'answered', answeredAt: this.clock.now(), polls: 0, pollAt, lastError: null });
  }

  async poll(order: Order, challenge: Challenge, circumstances: Circumstances): Promise<Step> {
    const connection = await this.connections.of(order.authority);
    const { body, retryAfterMs } = await connection.authorization(challenge.authorizationUrl);
    if (body.status === 'valid') return this.change(challenge, { state: 'valid', pollAt: null });
    if (body.status === 'pending') {
      if (isUntouched(body, challenge) && this.isPast(challenge.answeredAt)) return this.forgotten(order, challenge, circumstances);
      return this.change(challenge, { polls: challenge.polls + 1, pollAt: this.later(untilNextLook(challenge.polls + 1, retryAfterMs)) });
    }
    return this.refused(order, challenge, body, circumstances);
  }

  /** The CA's no is for the whole order: only another one can do better. */
  private refused(order: Order, challenge: Challenge, authorization: Authorization, circumstances: Circumstances): Step {
    const problem = failedChallenge(authorization)?.error;
    const words = problem === undefined ? `the authorization is ${authorization.status}` : problemText(problem);
    const text = `${challenge.type ?? ''} validation failed: ${words}${circumstance(order, challenge.identifierValue)}`;
    const verdict = canBeRetried(problem) ? 'strike' : 'fatal';
    const step = failureOf(order, { text, verdict, retryAfterMs: null, isOver: true }, circumstances);
    return { ...step, challenges: [{ id: challenge.id, from: challenge.state, change: { state: 'invalid', pollAt: null, lastError: words } }] };
  }

  /** The CA took the answer, and has not so much as begun: it is told again. */
  private forgotten(order: Order, challenge: Challenge, circumstances: Circumstances): Step {
    const words = `the CA has not validated the challenge within ${this.config.propagationLimitSeconds} s`;
    const step = failureOf(order, { text: `${words}${circumstance(order, challenge.identifierValue)}`, verdict: 'strike', retryAfterMs: null, isOver: false }, circumstances);
    const change: ChallengePatch = { state: 'published', publishedAt: this.clock.now(), answeredAt: null, polls: 0, pollAt: null, lastError: words };
    return { ...step, challenges: [{ id: challenge.id, from: challenge.state, change }] };
  }

  /** The order at the CA is still good: the record is made anew. */
  private notSeen(order: Order, challenge: Challenge, words: string, circumstances: Circumstances): Step {
    const text = `${words} after ${this.config.propagationLimitSeconds} s${circumstance(order, challenge.identifierValue)}`;
    const step = failureOf(order, { text, verdict: 'strike', retryAfterMs: null, isOver: false }, circumstances);
    return { ...step, challenges: [{ id: challenge.id, from: challenge.state, change: { ...unpublished, lastError: words.slice(0, 2_000) } }] };
  }

  private requestUpload(challenge: Challenge, change: ChallengePatch): Step {
    const { id, token, keyAuthorization, tokenDestination } = challenge;
    const data = { challengeId: id, destination: tokenDestination ?? '', path: tokenPath(token ?? ''), content: keyAuthorization ?? '' };
    const event = newEvent(tokenUploadRequested, data, { at: this.clock.now(), subject: String(id) });
    return { ...this.change(challenge, { ...change, pollAt: this.later(uploadReminderMs) }), events: [event] };
  }

  private change(challenge: Challenge, change: ChallengePatch): Step {
    return { challenges: [{ id: challenge.id, from: challenge.state, change }] };
  }

  private isLate({ publishedAt }: Challenge): boolean {
    return this.isPast(publishedAt);
  }

  private isPast(since: Date | null): boolean {
    return since !== null && this.clock.now().getTime() - since.getTime() >= this.config.propagationLimitSeconds * 1_000;
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

/** An upload over SSH or to a store takes seconds; deploy-svc tries again by itself. */
const uploadReminderMs = 60_000;

async function isAnswered(connection: AcmeConnection, challenge: Challenge): Promise<boolean> {
  const { body } = await connection.authorization(challenge.authorizationUrl);
  return body.status !== 'pending' || !isUntouched(body, challenge);
}

/** The CA refused an answer, not the order: another try is worth it, whatever type of problem that was. */
function passing(error: unknown): unknown {
  if (!isAppError(error) || error.code !== 'failed_precondition' || error.reason?.startsWith('acme.') !== true) return error;
  return new AppError(error.code, error.message, { reason: 'order.answer_refused', cause: error });
}

/** RFC 8555 section 7.1.6: from its answer on a challenge is `processing`; some CAs leave it `pending` until they are done. */
function isUntouched({ challenges }: Authorization, { challengeUrl }: Challenge): boolean {
  return challenges.some(({ url, status }) => url === challengeUrl && status === 'pending');
}

function recordOf({ dnsProviderId, recordName, keyAuthorization, identifierValue }: Challenge) {
  if (dnsProviderId === null || recordName === null || keyAuthorization === null) {
    throw new AppError('internal', 'internal error', { cause: new Error(`the DNS challenge of "${identifierValue}" has no record`) });
  }
  return { providerId: dnsProviderId, recordName, value: dnsValue(keyAuthorization) };
}
