import { z } from 'zod';
import { AcmeAccountRecord, AcmeOrderRecord, orderStates } from '../rpc/acme.js';
import { email, idParam, int, text } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';

const tag = 'acme';
const byId = z.object({ id: idParam() });

/** An account at an ACME CA; its key is in the key vault and in no answer. */
export const AcmeAccountView = AcmeAccountRecord;
export type AcmeAccountView = z.output<typeof AcmeAccountView>;

export const AcmeOrderView = AcmeOrderRecord;
export type AcmeOrderView = z.output<typeof AcmeOrderView>;

/** Null, or blank, takes the contact away. */
export const AcmeAccountUpdateInput = z.object({
  email: z.union([email(), z.literal('').transform(() => null), z.null()], { error: 'must be an e-mail address, or null' }),
});

export const listAcmeAccountsOperation = operation('listAcmeAccounts', 'GET', '/acme_accounts', {
  tag,
  summary: 'Accounts of authorities at ACME CAs',
  access: 'admin',
  query: z.object({ ...listQuery, authority: text(128).optional() }),
  response: listOf(AcmeAccountView),
});
export const getAcmeAccountOperation = operation('getAcmeAccount', 'GET', '/acme_accounts/{id}', {
  tag,
  summary: 'One account',
  access: 'admin',
  params: byId,
  response: AcmeAccountView,
  errors: [404],
});
export const updateAcmeAccountOperation = operation('updateAcmeAccount', 'PUT', '/acme_accounts/{id}', {
  tag,
  summary: 'Change the contact of an account at its CA',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  body: AcmeAccountUpdateInput,
  response: AcmeAccountView,
  errors: [404, 429, 502, 504],
});
export const rollOverAcmeAccountOperation = operation('rollOverAcmeAccount', 'POST', '/acme_accounts/{id}/rollover', {
  tag,
  summary: 'Give an account a new key; refused while orders are validated with the old one',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  response: AcmeAccountView,
  errors: [404, 409, 429, 502, 504],
});
export const deactivateAcmeAccountOperation = operation('deactivateAcmeAccount', 'DELETE', '/acme_accounts/{id}', {
  tag,
  summary: 'Deactivate an account at its CA, for good; it stays in the list',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  response: AcmeAccountView,
  errors: [404, 429, 502, 504],
});

export const listAcmeOrdersOperation = operation('listAcmeOrders', 'GET', '/acme_orders', {
  tag,
  summary: 'Orders at ACME CAs with their challenges',
  access: 'admin',
  query: z.object({
    ...listQuery,
    authority: text(128).optional(),
    state: z.enum(orderStates, { error: `must be one of ${orderStates.join(', ')}` }).optional(),
    pendingCertificateId: int({ min: 1 }).optional(),
  }),
  response: listOf(AcmeOrderView),
});
export const getAcmeOrderOperation = operation('getAcmeOrder', 'GET', '/acme_orders/{id}', {
  tag,
  summary: 'One order with its challenges',
  access: 'admin',
  params: byId,
  response: AcmeOrderView,
  errors: [404],
});

export const acmeOperations = [
  listAcmeAccountsOperation,
  getAcmeAccountOperation,
  updateAcmeAccountOperation,
  rollOverAcmeAccountOperation,
  deactivateAcmeAccountOperation,
  listAcmeOrdersOperation,
  getAcmeOrderOperation,
] as const;
