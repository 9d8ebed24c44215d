import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { AuthoritySummary } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { parseCertificate, type CertificateFacts } from '@sifaka/pki';
import type { StoredOption } from '@sifaka/plugin-host';
import type { CertificateFormat, IssuerAuthority } from '@sifaka/plugin-sdk';
import { LRUCache } from 'lru-cache';
import { AuthorityReader } from '../listing/authority-reader.js';

/** An authority made ready for issuing: read once per version, everything parsed. */
export interface AuthorityState {
  id: number;
  version: number;
  name: string;
  owner: string;
  ownerRoleId: number;
  roleIds: readonly number[];
  active: boolean;
  pluginSlug: string;
  options: readonly StoredOption[] | null;
  cnOptional: boolean;
  userId: number | null;
  keyId: string | null;
  /** Chain of the certificates below it, and the DER in it. */
  chainId: number;
  chainDer: readonly Buffer[];
  /** What it issues. */
  format: CertificateFormat;
  keyType: string | null;
  /** Within which it issues. */
  validity: { notBefore: Date; notAfter: Date };
  /** Its own certificate, then its issuers up to the root; empty for an SSH authority. */
  chain: readonly CertificateFacts[];
  summary: AuthoritySummary;
}

/** Knows authorities by id and version: a change makes a new version, so what is kept is never stale. */
@Injectable()
export class AuthorityDirectory {
  private readonly known = new LRUCache<number, AuthorityState>({ max: cachedAuthorities });

  constructor(
    private readonly database: Database,
    private readonly reader: AuthorityReader,
  ) {}

  /** @param version as it was just read; what is kept of another version is read again */
  async at(id: number, version: number): Promise<AuthorityState> {
    const known = this.known.get(id);
    if (known?.version === version) return known;
    return this.read(id);
  }

  /** @throws AppError `not_found` */
  async read(id: number): Promise<AuthorityState> {
    const [[row], summaries] = await Promise.all([
      this.database.query<AuthorityStateRow>({ name: 'authority-state', text: stateSql, values: [id] }),
      this.reader.summaries([id]),
    ]);
    const summary = summaries.get(id);
    if (row === undefined || summary === undefined) throw new AppError('not_found', `there is no authority ${id}`);
    const state = stateOf(row, summary);
    this.known.set(id, state);
    return state;
  }
}

/** The authority as issuer plugins see it. */
export function issuerAuthority(state: AuthorityState): IssuerAuthority {
  const [own, ...above] = state.chainDer;
  return {
    id: state.id,
    name: state.name,
    version: String(state.version),
    certificateDer: own ?? Buffer.alloc(0),
    chainDer: [...above],
    keyId: state.keyId,
    keyType: state.keyType ?? '',
    options: state.options,
    validity: state.validity,
    owner: state.owner,
  };
}

interface AuthorityStateRow {
  id: number;
  version: number;
  name: string;
  owner: string;
  owner_role_id: number;
  role_ids: number[];
  active: boolean;
  plugin_slug: string;
  options: StoredOption[] | null;
  cn_optional: boolean;
  user_id: number | null;
  key_id: string | null;
  chain_id: number;
  chain: Buffer[];
  format: CertificateFormat;
  key_type: string | null;
  not_before: Date;
  not_after: Date;
}

const stateSql = `
  select a.id, a.version, a.name, a.owner, a.owner_role_id, a.role_ids, a.active, a.plugin_slug, a.options, a.cn_optional, a.user_id, a.key_id,
    a.chain_id, ch.certificates as chain, c.format, c.key_type, c.not_before, c.not_after
  from authority a join chain ch on ch.id = a.chain_id join certificate c on c.id = a.certificate_id where a.id = $1`;

function stateOf(row: AuthorityStateRow, summary: AuthoritySummary): AuthorityState {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    owner: row.owner,
    ownerRoleId: row.owner_role_id,
    roleIds: row.role_ids,
    active: row.active,
    pluginSlug: row.plugin_slug,
    options: row.options,
    cnOptional: row.cn_optional,
    userId: row.user_id,
    keyId: row.key_id,
    chainId: row.chain_id,
    chainDer: row.chain,
    format: row.format,
    keyType: row.key_type,
    validity: { notBefore: row.not_before, notAfter: row.not_after },
    chain: row.format === 'x509' ? row.chain.map((der) => parseCertificate(der)) : [],
    summary,
  };
}

const cachedAuthorities = 1_000;
