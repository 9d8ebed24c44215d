import type { ServiceName } from '@sifaka/contracts';

/** Where a service sends what it measures; nobody else may send there. Core NATS: what nobody hears is gone. */
export const measurementSubject = (service: ServiceName): string => `measurement.${service}`;

/** Where the service that hosts metric plugins hears all of it, one replica each message. */
export const measurementSubjects = 'measurement.*';

/** The one that hosts them, whose name is its queue group. */
export const measurementHost: ServiceName = 'notify';
