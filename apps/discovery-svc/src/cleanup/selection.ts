import type { cleanSource, InputOf } from '@sifaka/contracts';

export type Selection = InputOf<typeof cleanSource>['selection'];

const dayMs = 86_400_000;

/**
 * Whether a certificate is meant (domain-rules CL-1 to CL-3): expired ones; those that end within some days, expired ones among them; those that
 * were taken into the inventory within some days.
 */
export function isSelected({ notAfter, dateCreated }: { notAfter: string; dateCreated: string }, selection: Selection, now: Date): boolean {
  const { kind } = selection;
  if (kind === 'expired') return Date.parse(notAfter) <= now.getTime();
  const spanMs = selection.days * dayMs;
  if (kind === 'expiring') return Date.parse(notAfter) < now.getTime() + spanMs;
  return Date.parse(dateCreated) > now.getTime() - spanMs;
}
