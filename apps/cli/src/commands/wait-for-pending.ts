import { setTimeout } from 'node:timers/promises';
import { getPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { z } from 'zod';
import { count, type Context } from '../command.js';
import { waitForCertificate } from '../wait.js';

export const waitOptions = [['--wait-limit <minutes>', 'how long to wait (30)']] as const;
export const WaitOptions = z.object({ waitLimit: count().default(30) });

/** @returns the id of the certificate */
export function waitForPending({ api, terminal }: Context, pending: PendingCertificateView, limitMinutes: number): Promise<number> {
  return waitForCertificate(pending, {
    read: () => api.call(getPendingCertificateOperation, { params: { id: pending.id } }),
    say: (text) => terminal.say(text),
    sleep: (ms) => setTimeout(ms),
    now: () => performance.now(),
    limitMs: limitMinutes * 60_000,
  });
}
