import type { MessageType } from '@sifaka/contracts';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import type { DaysGroup, MessageData } from './message-data.js';
import { wordsOf, type MessageWords } from './message-words.js';
import { countText, dateText, daysLeft, durationText, endText, plainText, timeText, whenText } from './wording.js';

/** Certificates that a message lists; the others it counts. */
const maxListed = 200;

/** What templates see as `it`: the data of the message, its sentences, and functions that put values into words. */
export interface TemplateData extends Omit<MessageData, 'certificates' | 'groups' | 'held' | 'authorities' | 'served' | 'endpoints'>, MessageWords {
  type: MessageType;
  certificates: readonly NotifiedCertificate[];
  /** The subject as a line of its own. */
  headline: string;
  /** How many more certificates there are than `certificates` or `groups` have. */
  moreCertificates: number;
  groups: readonly DaysGroup[];
  held: readonly NotifiedCertificate[];
  moreHeld: number;
  authorities: MessageData['authorities'];
  served: MessageData['served'];
  moreServed: number;
  endpoints: MessageData['endpoints'];
  moreEndpoints: number;
  /** Whether certificates of several owners are listed. */
  hasSeveralOwners: boolean;
  date(at: Date): string;
  time(at: Date): string;
  /** `expires in 30 days`. */
  end(at: Date): string;
  /** `in 30 days`. */
  when(at: Date): string;
  daysLeft(at: Date): number;
  duration(ms: number): string;
  count(count: number, one: string, many?: string): string;
  /** In one line, of at most so many characters (1,000). */
  short(text: string, most?: number): string;
}

export function templateData(type: MessageType, data: MessageData): TemplateData {
  const now = data.createdAt;
  const { groups, more } = listedGroups(data.groups);
  const words = wordsOf(type, data);
  return {
    ...data,
    ...words,
    type,
    // A name stays as it is written.
    headline: words.subject.replace(/^(?:renewal|authority|the|no|nothing|test|a) /, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
    certificates: data.certificates.slice(0, maxListed),
    moreCertificates: type === 'expiration_summary' ? more : Math.max(0, data.certificates.length - maxListed),
    groups,
    held: data.held.slice(0, maxListed),
    moreHeld: Math.max(0, data.held.length - maxListed),
    authorities: data.authorities.slice(0, maxListed),
    served: data.served.slice(0, maxListed),
    moreServed: Math.max(0, data.served.length - maxListed),
    endpoints: data.endpoints.slice(0, maxListed),
    moreEndpoints: Math.max(0, data.endpoints.length - maxListed),
    hasSeveralOwners: data.owner === null || data.certificates.some(({ owner }) => owner !== data.owner),
    date: dateText,
    time: timeText,
    end: (at) => endText(at, now),
    when: (at) => whenText(at, now),
    daysLeft: (at) => daysLeft(at, now),
    duration: durationText,
    count: countText,
    short: plainText,
  };
}

/** The first certificates of all groups together; a group that is reached late may lose all of its own, and is left out then. */
function listedGroups(groups: readonly DaysGroup[]): { groups: DaysGroup[]; more: number } {
  let room = maxListed;
  let more = 0;
  const listed: DaysGroup[] = [];
  for (const { daysLeft: days, certificates } of groups) {
    const shown = certificates.slice(0, room);
    room -= shown.length;
    more += certificates.length - shown.length;
    if (shown.length > 0) listed.push({ daysLeft: days, certificates: shown });
  }
  return { groups: listed, more };
}
