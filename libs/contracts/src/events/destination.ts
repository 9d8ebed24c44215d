import { z } from 'zod';
import { event } from '../contract.js';
import { Id } from '../values.js';

/** Never an option: credentials are among them. */
const DestinationFacts = z.object({ id: Id, label: z.string(), description: z.string(), plugin: z.string() });

export const destinationCreated = event('sifaka.v1.destination.created', { source: 'deploy', summary: 'A destination was created.', data: DestinationFacts });
export const destinationUpdated = event('sifaka.v1.destination.updated', { source: 'deploy', summary: 'A destination was changed.', data: DestinationFacts });
export const destinationDeleted = event('sifaka.v1.destination.deleted', { source: 'deploy', summary: 'A destination was deleted.', data: DestinationFacts });

export const destinationEvents = [destinationCreated, destinationUpdated, destinationDeleted] as const;
