import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';
import { AuthoritySummary, SubjectParts } from './authority.js';
import { DomainRecord, NestedCertificate } from './certificate-record.js';
import { Window } from './list.js';
import { PluginList } from './plugin.js';

export const listDomains = query('rpc.issuer.domain.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), certificateId: Id.nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(DomainRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['not_found'],
});

export const getDomain = query('rpc.issuer.domain.get', {
  input: z.object({ id: Id }),
  output: DomainRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

export const createDomain = command('rpc.issuer.domain.create', {
  input: z.object({ name: z.string().min(1).max(256), sensitive: z.boolean() }),
  output: DomainRecord,
  callers: ['gateway'],
  codes: ['permission_denied'],
});

export const updateDomain = command('rpc.issuer.domain.update', {
  input: z.object({ id: Id, name: z.string().min(1).max(256), sensitive: z.boolean() }),
  output: DomainRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

export const LogType = z.enum(['key_view', 'create_cert', 'update_cert', 'revoke_cert', 'delete_cert', 'deactivate_cert']);

export const LogRecord = z.object({
  id: Id,
  logType: LogType,
  loggedAt: Timestamp,
  userId: Id.nullable(),
  certificate: NestedCertificate.nullable(),
});

/** The log of certificates and of sights of their keys, written in the statement that did it. */
export const listLogs = query('rpc.issuer.log.list', {
  input: z.object({
    window: Window,
    certificateName: z.string().max(256).nullable(),
    userIds: z.array(Id).max(1_000).nullable(),
    logType: LogType.nullable(),
    ids: z.array(Id).max(1_000).nullable(),
  }),
  output: z.object({ items: z.array(LogRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

/** Issuer and export plugins. */
export const listIssuerPlugins = query('rpc.issuer.plugin.list', {
  input: z.object({}),
  output: PluginList,
  callers: ['gateway'],
});

/** Configured subject defaults and the preselected issuer and authority. */
export const getDefaults = query('rpc.issuer.defaults.get', {
  input: z.object({}),
  output: SubjectParts.required().extend({ issuerPlugin: z.string().nullable(), authority: AuthoritySummary.nullable() }),
  callers: ['gateway'],
});

export const inventoryContracts = [listDomains, getDomain, createDomain, updateDomain, listLogs, listIssuerPlugins, getDefaults] as const;
