import { Inject, Injectable } from '@nestjs/common';
import { attachNotifications, findNotifications, resolveNotifications, setNotifications, type NotificationRecord, type Ref, type UserPrincipal } from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

interface Attached {
  id: number;
  owner: string;
}

interface Wanted extends Attached {
  /** Of whom it was. */
  formerOwner: string;
  notificationIds: readonly number[];
}

/** Hangs notifications on certificates: what cannot be is refused before anything is stored. */
@Injectable()
export class AttachNotifications {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The notifications that a request names, each once.
   *
   * @param owner whose default notifications join them, unless one of these is named
   * @throws AppError `invalid_argument`, field `notifications._schema`, for one that does not exist
   */
  async resolve(refs: readonly Ref[], principal: UserPrincipal, owner: string | null = null): Promise<NotificationRecord[]> {
    if (refs.length === 0 && owner === null) return [];
    try {
      return (await this.rpc.call(resolveNotifications, { refs: [...refs], owner }, { principal })).notifications;
    } catch (error) {
      throw asFieldOfRequest(error);
    }
  }

  /** For read-your-writes alone: notify-svc hears of a new certificate with its event, also when it is away now. */
  async attach({ id: certificateId, owner }: Attached, notificationIds: readonly number[], principal: UserPrincipal): Promise<void> {
    try {
      await this.rpc.call(attachNotifications, { certificateId, owner, notificationIds: [...notificationIds] }, { principal });
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.logger.warn({ certificateId, code: error.code, detail: error.message }, 'notifications are attached later, when notify-svc hears of the certificate');
    }
  }

  /** What hangs on a certificate now. */
  async current(certificateId: number, principal: UserPrincipal): Promise<NotificationRecord[]> {
    return (await this.rpc.call(findNotifications, { certificateIds: [certificateId] }, { principal })).notifications;
  }

  /** Makes these, and those of its owner, the notifications of a certificate that is saved otherwise. */
  async replace({ id: certificateId, owner, formerOwner, notificationIds }: Wanted, principal: UserPrincipal): Promise<void> {
    try {
      await this.rpc.call(setNotifications, { certificateId, owner, formerOwner, notificationIds: [...notificationIds] }, { principal });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'unavailable') throw error;
      throw new AppError('unavailable', 'everything is saved but the notifications, whose service does not answer: send the same request again', {
        reason: 'notification.not_saved',
        retryAfterMs: 2_000,
        cause: error,
      });
    }
  }
}

/** Lemur names the field and not the place in it (rest-api §1.6). */
function asFieldOfRequest(error: unknown): unknown {
  if (!isAppError(error) || error.code !== 'invalid_argument') return error;
  const messages = error.fields?.map(({ message }) => message) ?? [error.message];
  return new AppError('invalid_argument', error.message, { reason: error.reason ?? 'reference.unknown', fields: messages.map((message) => ({ path: 'notifications._schema', message })), cause: error });
}
