import type { EndingCertificate } from '@sifaka/contracts';

/** Certificates of one message at most: what nobody reads to its end warns nobody. */
export const messageLength = 200;

/** One message: one owner, one notification (domain-rules NX-3). */
export interface Group<N extends { id: number }> {
  owner: string;
  notification: N;
  certificates: EndingCertificate[];
  /** Which of several, from 0. */
  part: number;
}

/** Gathers what is due, however it comes, by owner and notification. */
export class Groups<N extends { id: number }> {
  private readonly groups = new Map<string, Omit<Group<N>, 'part'>>();

  add(certificate: EndingCertificate, notification: N): void {
    const key = `${notification.id} ${certificate.owner}`;
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, { owner: certificate.owner, notification, certificates: [certificate] });
    else group.certificates.push(certificate);
  }

  /** Soonest end first within each; a group that is too long for one message is several. */
  all(): Group<N>[] {
    return [...this.groups.values()].flatMap(({ owner, notification, certificates }) => {
      const sorted = [...certificates].sort((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter) || a.id - b.id);
      const parts = Array.from({ length: Math.ceil(sorted.length / messageLength) }, (_, index) => sorted.slice(index * messageLength, (index + 1) * messageLength));
      return parts.map((each, part) => ({ owner, notification, certificates: each, part }));
    });
  }
}

/** Certificates by the whole days that they have left, fewest first. */
export function byDaysLeft<C>(certificates: readonly C[], daysLeft: (certificate: C) => number): { daysLeft: number; certificates: C[] }[] {
  const groups = new Map<number, C[]>();
  for (const certificate of certificates) {
    const days = daysLeft(certificate);
    const group = groups.get(days);
    if (group === undefined) groups.set(days, [certificate]);
    else group.push(certificate);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([days, all]) => ({ daysLeft: days, certificates: all }));
}
