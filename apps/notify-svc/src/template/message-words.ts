import type { MessageType } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import type { MessageData } from './message-data.js';
import { countText, dateText, durationText, endText, plainText, timeText, whenText } from './wording.js';

/** What a message of each type says in sentences; lists and tables are the templates' part. */
export interface MessageWords {
  /** How many, what, when: the fact, for whoever reads no further. Without "Sifaka: ". */
  subject: string;
  /** What is the matter: paragraphs. */
  lead: string[];
  /** What somebody has to do, or need not. */
  advice: string[];
}

/** Names are up to this long in sentences; lists have them whole. */
const maxNameLength = 80;

export function wordsOf(type: MessageType, data: MessageData): MessageWords {
  switch (type) {
    case 'expiration':
      return expiration(data);
    case 'expiration_summary':
      return summary(data);
    case 'authority_expiration':
      return authority(data);
    case 'rotation':
      return rotation(data);
    case 'reissued_with_no_endpoints':
      return reissued(data);
    case 'reissue_failed':
      return reissueFailed(data);
    case 'renewal_late':
      return renewalLate(data);
    case 'revocation':
      return revocation(data);
    case 'failed':
      return failed(data);
    case 'deployment_failed':
      return deploymentFailed(data);
    case 'expiring_deployed_certificate':
      return stillServed(data);
    case 'test':
      return test(data);
    default:
      return assertNever(type);
  }
}

function expiration(data: MessageData): MessageWords {
  const { certificates, createdAt, owner } = data;
  const advice = ['Turn on auto-rotation, or issue a successor and deploy it. Switch notifications off for a certificate that nobody needs any more.'];
  const [first, ...more] = byEnd(certificates);
  if (first === undefined) return { subject: 'no certificate expires', lead: ['No certificate expires.'], advice: [] };
  if (more.length === 0) {
    return { subject: `${nameOf(first)} ${endText(first.notAfter, createdAt)}, on ${dateText(first.notAfter)}`, lead: [`The certificate ${nameOf(first)}${ofOwner(owner)} ${endText(first.notAfter, createdAt)}, on ${timeText(first.notAfter)}.`], advice };
  }
  const count = countText(certificates.length, 'certificate');
  return { subject: `${count} expire, the first ${whenText(first.notAfter, createdAt)}, on ${dateText(first.notAfter)}`, lead: [`${count}${ofOwner(owner)} expire soon. The first is ${nameOf(first)}: it ${endText(first.notAfter, createdAt)}, on ${timeText(first.notAfter)}.`], advice };
}

function summary({ groups, held, thresholdDays }: MessageData): MessageWords {
  const total = groups.reduce((sum, { certificates }) => sum + certificates.length, 0);
  const ahead = thresholdDays === null ? 'soon' : `within ${countText(thresholdDays, 'day')}`;
  const onHold = held.length === 0 ? [] : [`${countText(held.length, 'certificate')} on hold ${held.length === 1 ? 'ends' : 'end'} ${ahead} as well: nobody else is told, and nothing renews them meanwhile.`];
  if (total === 0) return { subject: `no certificate expires ${ahead}`, lead: [`No certificate of which anybody wants to be told expires ${ahead}.`, ...onHold], advice: [] };
  const says = `${countText(total, 'certificate')} ${total === 1 ? 'expires' : 'expire'} ${ahead}`;
  return { subject: says, lead: [`${says}. Certificates without notifications are not counted.`, ...onHold], advice: ['Their owners are told as well.'] };
}

function authority({ authorities, createdAt }: MessageData): MessageWords {
  const [first] = [...authorities].sort((one, other) => one.certificate.notAfter.getTime() - other.certificate.notAfter.getTime());
  if (first === undefined) return { subject: 'no authority expires', lead: ['No authority expires.'], advice: [] };
  const advice = ['An authority is not renewed by itself. Make a successor in time, have it trusted where certificates are verified, and issue anew what comes from this one.'];
  const { notAfter } = first.certificate;
  if (authorities.length > 1) return { subject: `${countText(authorities.length, 'authority', 'authorities')} expire, the first ${whenText(notAfter, createdAt)}, on ${dateText(notAfter)}`, lead: [`The certificates of ${countText(authorities.length, 'authority', 'authorities')} expire.`], advice };
  const kind = first.isSelfSigned ? 'root' : 'intermediate';
  return {
    subject: `authority ${short(first.name)} ${endText(notAfter, createdAt)}, on ${dateText(notAfter)}`,
    lead: [`The certificate of the ${kind} authority ${short(first.name)} ${endText(notAfter, createdAt)}, on ${timeText(notAfter)}.`, `${countText(first.issuedCount, 'certificate')} of the inventory ${first.issuedCount === 1 ? 'comes' : 'come'} from it.`],
    advice,
  };
}

function rotation({ certificates, successor, endpoints }: MessageData): MessageWords {
  const [before] = certificates;
  const count = countText(endpoints.length, 'endpoint');
  const verb = endpoints.length === 1 ? 'serves' : 'serve';
  const now = successor === null ? 'another certificate' : nameOf(successor);
  return { subject: `${count} now ${verb} ${now}`, lead: [`${count} now ${verb} ${now}${before === undefined ? '' : ` in place of ${nameOf(before)}`}.`], advice: ['There is nothing to do.'] };
}

function reissued({ certificates, successor, createdAt }: MessageData): MessageWords {
  const [before] = certificates;
  if (before === undefined) return { subject: 'a certificate was renewed and is served nowhere', lead: ['A certificate was renewed and is served nowhere that is known.'], advice: [] };
  return {
    subject: `${nameOf(before)} was renewed and has to be deployed by hand: the old one ${endText(before.notAfter, createdAt)}`,
    lead: [`The certificate ${nameOf(before)} was renewed${successor === null ? '' : ` as ${nameOf(successor)}, which is good until ${timeText(successor.notAfter)}`}.`, 'No endpoint is known that it is served from, so nothing could be rotated.'],
    advice: [`Deploy the new certificate wherever the old one is in use: that one ${endText(before.notAfter, createdAt)}, on ${timeText(before.notAfter)}.`],
  };
}

function reissueFailed(data: MessageData): MessageWords {
  const [certificate] = data.certificates;
  const name = certificate === undefined ? 'a certificate' : nameOf(certificate);
  const left = certificate === undefined ? '' : `, which ${endText(certificate.notAfter, data.createdAt)}, on ${timeText(certificate.notAfter)}`;
  return { subject: `renewal of ${name} failed${certificate === undefined ? '' : `; it ${endText(certificate.notAfter, data.createdAt)}`}`, lead: [`The renewal of ${name}${left}, failed${afterAttempts(data)}.`], advice: nextTry(data) };
}

function renewalLate(data: MessageData): MessageWords {
  const [certificate] = data.certificates;
  const name = certificate === undefined ? 'A certificate' : nameOf(certificate);
  const end = certificate === undefined ? 'expires soon' : endText(certificate.notAfter, data.createdAt);
  const subject = data.isLastCall ? `LAST CALL: ${name} ${end} and has not been renewed` : `renewal of ${name} is late: it ${end}`;
  const lead = [`${name} ${end}${certificate === undefined ? '' : `, on ${timeText(certificate.notAfter)}`}, and has not been renewed in time${afterAttempts(data)}.`];
  return { subject, lead, advice: [...nextTry(data), data.isLastCall ? 'Somebody has to look at it now: this is the last message before it expires.' : 'Somebody should find out why while there is time.'] };
}

function revocation({ certificates, revocation: revoked, createdAt }: MessageData): MessageWords {
  const [certificate] = certificates;
  const name = certificate === undefined ? 'a certificate' : nameOf(certificate);
  const reason = revoked?.reason === null || revoked?.reason === undefined ? '' : `, reason ${plainText(revoked.reason, 60)}`;
  const at = revoked?.revokedAt ?? null;
  const lead = [
    `${capital(name)} was revoked${at === null ? '' : ` on ${timeText(at)}`}${reason}.`,
    ...(revoked?.isFound === true ? ['Its CA says so: nobody revoked it here.'] : []),
    ...(certificate === undefined || certificate.endpointCount === 0 ? [] : [`${countText(certificate.endpointCount, 'endpoint')} ${certificate.endpointCount === 1 ? 'was' : 'were'} seen with it.`]),
  ];
  const left = certificate === undefined || certificate.notAfter <= createdAt ? '' : ` It would have been good for another ${durationText(certificate.notAfter.getTime() - createdAt.getTime())}.`;
  return { subject: `${name} was revoked${reason}`, lead, advice: [`Whoever still uses it needs another one.${left}`] };
}

function failed(data: MessageData): MessageWords {
  const name = short(data.request?.name ?? data.request?.commonName ?? 'a certificate');
  const again = nextTry(data);
  return { subject: `the request for ${name} failed`, lead: [`The request for ${name} failed${afterAttempts(data)}.`], advice: again.length > 0 ? again : ['It is not tried again: change what is wrong, and ask for the certificate once more.'] };
}

function deploymentFailed(data: MessageData): MessageWords {
  const [certificate] = data.certificates;
  const name = certificate === undefined ? 'a certificate' : nameOf(certificate);
  const where = data.destination === null ? 'a destination' : `"${short(data.destination.label)}"`;
  const plugin = data.destination === null ? '' : ` (${plainText(data.destination.plugin, 64)})`;
  const again = nextTry(data);
  return { subject: `${name} could not be deployed to ${where}`, lead: [`The certificate ${name} could not be deployed to ${where}${plugin}${afterAttempts(data)}.`], advice: again.length > 0 ? again : ['It is not tried again by itself: change what is wrong, and deploy it once more.'] };
}

function stillServed({ served, thresholdDays, createdAt }: MessageData): MessageWords {
  const [first] = byEnd(served.map(({ certificate }) => certificate));
  const ahead = thresholdDays === null ? 'soon' : `within ${countText(thresholdDays, 'day')}`;
  if (first === undefined) return { subject: `nothing that is served expires ${ahead}`, lead: [`No certificate that hosts present expires ${ahead}.`], advice: [] };
  const lead = served.length === 1 ? `The certificate ${nameOf(first)} ${endText(first.notAfter, createdAt)}, and hosts still present it.` : `${countText(served.length, 'certificate')} expire ${ahead}, and hosts still present them. The first, ${nameOf(first)}, ${endText(first.notAfter, createdAt)}.`;
  const subject = served.length === 1 ? `${nameOf(first)} is still served and ${endText(first.notAfter, createdAt)}` : `${countText(served.length, 'certificate')} that are still served expire, the first ${whenText(first.notAfter, createdAt)}`;
  return { subject, lead: [lead], advice: ['Find out who runs these hosts, and have the successor deployed there.'] };
}

function test({ notificationLabel, createdAt }: MessageData): MessageWords {
  const which = notificationLabel === null ? 'a notification that is not saved yet' : `the notification "${short(notificationLabel)}"`;
  return { subject: `test message of ${which}`, lead: [`This is a test message of ${which}, sent on ${timeText(createdAt)}.`], advice: ['Whoever reads it will also be told when certificates expire. There is nothing to do.'] };
}

const nextTry = ({ nextTryAt, createdAt }: MessageData): string[] => (nextTryAt === null ? [] : [`It is tried again ${nextTryAt <= createdAt ? 'now' : `${whenText(nextTryAt, createdAt)}, on ${timeText(nextTryAt)}`}.`]);

const afterAttempts = ({ attempts }: MessageData): string => (attempts === null || attempts < 1 ? '' : ` after ${countText(attempts, 'attempt')}`);

const ofOwner = (owner: string | null): string => (owner === null ? '' : ` of ${short(owner)}`);

const byEnd = (certificates: readonly NotifiedCertificate[]): NotifiedCertificate[] => [...certificates].sort((one, other) => one.notAfter.getTime() - other.notAfter.getTime());

const short = (text: string): string => plainText(text, maxNameLength);

const nameOf = ({ name }: NotifiedCertificate): string => short(name);

const capital = (text: string): string => text.replace(/^a /, 'A ');

