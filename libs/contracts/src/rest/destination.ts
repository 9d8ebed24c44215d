import { z } from 'zod';
import { destinationLabelLength, DestinationTestReport } from '../rpc/destination.js';
import { PluginInput } from '../rpc/plugin.js';
import { Timestamp } from '../values.js';
import { bool, idParam, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged, NestedDestination } from './view.js';

const tag = 'destinations';
const byId = z.object({ id: idParam() });

/** A destination; `plugin.pluginOptions` is its own options once more, as Lemur's clients read them. Secrets are never in it. */
export const DestinationView = NestedDestination.extend({
  /** There while it is being deleted: certificates are taken away, and nothing new is put there. */
  deletingSince: Timestamp.optional(),
});
export type DestinationView = z.output<typeof DestinationView>;

/** `active` is accepted and means nothing, as in Lemur. */
export const DestinationInput = z.object({
  label: title(destinationLabelLength),
  description: text(1_024),
  plugin: PluginInput,
});

const upstream = [502, 504] as const;

export const listDestinationsOperation = operation('listDestinations', 'GET', '/destinations', {
  tag,
  summary: 'Destinations',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(DestinationView),
});
export const createDestinationOperation = operation('createDestination', 'POST', '/destinations', {
  tag,
  summary: 'Add a destination; it is reached, written to and cleaned again first',
  access: 'admin',
  body: DestinationInput,
  response: DestinationView,
  errors: [409, ...upstream],
  takesIdempotencyKey: true,
});
export const destinationStatsOperation = operation('destinationStats', 'GET', '/destinations/stats', {
  tag,
  summary: 'How many certificates are deployed to each destination',
  access: 'authenticated',
  query: z.object({}).loose(),
  response: z.object({ items: z.object({ labels: z.array(z.string()), values: z.array(z.int()) }), total: z.int() }),
});
export const getDestinationOperation = operation('getDestination', 'GET', '/destinations/{id}', {
  tag,
  summary: 'One destination',
  access: 'authenticated',
  params: byId,
  response: DestinationView,
  errors: [404],
});
export const updateDestinationOperation = operation('updateDestination', 'PUT', '/destinations/{id}', {
  tag,
  summary: 'Replace a destination; a secret that is null stays what it is. New options are tried first',
  access: 'admin',
  params: byId,
  body: DestinationInput,
  response: DestinationView,
  errors: [404, 409, ...upstream],
});
export const deleteDestinationOperation = operation('deleteDestination', 'DELETE', '/destinations/{id}', {
  tag,
  summary: 'Delete a destination after taking its valid certificates and leftover challenge tokens away; `force` lets go of what cannot be removed',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  query: z.object({ force: bool().optional() }),
  response: Acknowledged,
  errors: [409],
});
export const testDestinationOperation = operation('testDestination', 'POST', '/destinations/{id}/test', {
  tag,
  summary: 'Reach a destination, write to it and clean up',
  access: 'admin',
  params: byId,
  response: DestinationTestReport,
  errors: [404],
});
export const tryDestinationOperation = operation('tryDestination', 'POST', '/destinations/test', {
  tag,
  summary: 'The same test for a destination that is not saved yet',
  access: 'admin',
  body: z.object({ plugin: PluginInput }),
  response: DestinationTestReport,
});

export const destinationOperations = [
  listDestinationsOperation,
  createDestinationOperation,
  destinationStatsOperation,
  tryDestinationOperation,
  getDestinationOperation,
  updateDestinationOperation,
  deleteDestinationOperation,
  testDestinationOperation,
] as const;
