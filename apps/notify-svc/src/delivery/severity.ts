import type { MessageType } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { MessageData } from '../template/message-data.js';
import type { Severity } from './delivery.js';

const dayMs = 86_400_000;

/** From so few days on an end is urgent. */
const errorDays = 7;
const criticalDays = 2;

/** How urgent a message is for whoever is on duty. */
export function severityOf(type: MessageType, data: MessageData): Severity {
  switch (type) {
    case 'expiration':
    case 'expiring_deployed_certificate':
      return byDaysLeft(data);
    case 'authority_expiration':
      return 'warning';
    case 'expiration_summary':
    case 'rotation':
    case 'reissued_with_no_endpoints':
    case 'test':
      return 'info';
    case 'revocation':
      return data.revocation?.isFound === true ? 'error' : 'info';
    case 'renewal_late':
      return data.isLastCall ? 'critical' : 'error';
    case 'failed':
    case 'reissue_failed':
    case 'deployment_failed':
      return 'error';
    default:
      return assertNever(type);
  }
}

function byDaysLeft({ certificates, createdAt }: MessageData): Severity {
  const soonest = Math.min(...certificates.map(({ notAfter }) => notAfter.getTime()));
  const daysLeft = (soonest - createdAt.getTime()) / dayMs;
  if (daysLeft <= criticalDays) return 'critical';
  return daysLeft <= errorDays ? 'error' : 'warning';
}
