import type { EventContract, ServiceName } from '@sifaka/contracts';

/** The one stream of the platform. */
export const streamName = 'SIFAKA';
export const streamSubjects = ['sifaka.v1.>'];

/**
 * Name of a service's durable consumer for an event, for example `notify-certificate-issued`.
 *
 * Nothing in it is free: a name cannot be granted by prefix on NATS, so the rights list every one.
 */
export function durableName(service: ServiceName, event: Pick<EventContract, 'subject'>): string {
  return `${service}-${event.subject.replace(/^sifaka\.v1\./, '').replaceAll('.', '-')}`;
}
