import { Inject, Injectable } from '@nestjs/common';
import {
  attachDestinations,
  findAttachments,
  resolveAttachments,
  setDestinations,
  type DestinationRecord,
  type InputOf,
  type Ref,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** What destinations have to know of a certificate before it is put to them. */
export type Attachable = Pick<InputOf<typeof resolveAttachments>, 'hasPrivateKey' | 'format'>;

/** Puts certificates to destinations: what cannot be is refused before anything is stored. */
@Injectable()
export class AttachDestinations {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The destinations that a request names, each once.
   *
   * @throws AppError `invalid_argument`, field `destinations._schema`, for one that does not exist, is ambiguous or cannot take the certificate
   */
  async resolve(refs: readonly Ref[], certificate: Attachable, principal: UserPrincipal): Promise<DestinationRecord[]> {
    if (refs.length === 0) return [];
    try {
      const { destinations } = await this.rpc.call(resolveAttachments, { refs: [...refs], ...certificate }, { principal });
      return [...new Map(destinations.map((destination) => [destination.id, destination])).values()];
    } catch (error) {
      throw asFieldOfRequest(error);
    }
  }

  /** For read-your-writes alone: deploy-svc hears of a new certificate's destinations with its event, also when it is away now. */
  async attach(certificateId: number, destinationIds: readonly number[], principal: UserPrincipal): Promise<void> {
    if (destinationIds.length === 0) return;
    try {
      await this.rpc.call(attachDestinations, { certificateId, destinationIds: [...destinationIds] }, { principal });
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.logger.warn({ certificateId, code: error.code, detail: error.message }, 'destinations are attached later, when deploy-svc hears of the certificate');
    }
  }

  /** Where a certificate is wanted now. */
  async current(certificateId: number, principal: UserPrincipal): Promise<number[]> {
    const { attachments } = await this.rpc.call(findAttachments, { certificateIds: [certificateId] }, { principal });
    return attachments.map(({ destinationId }) => destinationId);
  }

  /** Makes these the destinations: what is new is deployed and what is left out removed by jobs, which the deployments of the certificate show. */
  async replace(certificateId: number, destinationIds: readonly number[], principal: UserPrincipal): Promise<void> {
    try {
      await this.rpc.call(setDestinations, { certificateId, destinationIds: [...destinationIds] }, { principal });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'unavailable') throw error;
      throw new AppError('unavailable', 'everything is saved but the destinations, whose service does not answer: send the same request again', {
        reason: 'destination.not_saved',
        retryAfterMs: 2_000,
        cause: error,
      });
    }
  }
}

/** A certificate or key of OpenSSH begins with the name of its type, where PEM begins with dashes. */
export const formatOf = (text: string): Attachable['format'] => (/^\s*(?:ssh-|ecdsa-sha2-|sk-)/.test(text) ? 'openssh' : 'x509');

/** Lemur names the field and not the place in it (rest-api §1.6). */
function asFieldOfRequest(error: unknown): unknown {
  if (!isAppError(error) || (error.code !== 'invalid_argument' && error.code !== 'failed_precondition' && error.code !== 'not_found')) return error;
  const messages = error.fields?.filter(({ path }) => path.startsWith('destinations')).map(({ message }) => message) ?? [];
  const fields = (messages.length === 0 ? [error.message] : messages).map((message) => ({ path: 'destinations._schema', message }));
  return new AppError('invalid_argument', fields[0]?.message ?? error.message, { reason: error.reason ?? 'destination.unusable', fields, cause: error });
}
