import { Injectable } from '@nestjs/common';
import type { InputOf, listTrustAnchors, OutputOf, PlacedCertificate, readPlacedCertificates } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { timestamp } from '@sifaka/kernel';
import { parseCertificate } from '@sifaka/pki';
import type { CertificateFormat } from '@sifaka/plugin-sdk';

/** Certificates for services that bring them to places, or look for them there. */
@Injectable()
export class ReadPlaced {
  constructor(private readonly database: Database) {}

  async certificates({ ids }: InputOf<typeof readPlacedCertificates>): Promise<OutputOf<typeof readPlacedCertificates>> {
    const rows = await this.database.query<PlacedRow>({ name: 'placed-certificates', text: placedSql, values: [ids] });
    return { certificates: rows.map(placedCertificate) };
  }

  /** Where chains of active authorities end: a root above an authority is trusted with it, whether it is an authority here or not. */
  async anchors(): Promise<OutputOf<typeof listTrustAnchors>> {
    const rows = await this.database.query<{ root: Buffer }>({ name: 'trust-anchors', text: anchorsSql, values: [maxAnchors] });
    return { certificatesDer: rows.filter(({ root }) => parseCertificate(root).isSelfSigned).map(({ root }) => root.toString('base64')) };
  }
}

interface PlacedRow {
  id: number;
  name: string;
  cn: string | null;
  names: string[];
  format: CertificateFormat;
  der: Buffer;
  chain: Buffer[] | null;
  key_id: string | null;
  fingerprint: string;
  status: PlacedCertificate['status'];
  deleted: boolean;
  not_before: Date;
  not_after: Date;
  owner: string;
  user_id: number | null;
  owner_role_id: number;
  role_ids: number[];
  external_id: string | null;
  replaces: number[];
  replaced_by: number[];
}

const placedSql = `
  select c.id, c.name, c.cn, array(select d.name from domain d where d.certificate_id = c.id order by d.position, d.id) as names, c.format, c.der,
    ch.certificates as chain, c.key_id, encode(c.fingerprint_sha256, 'hex') as fingerprint, c.status, c.deleted, c.not_before, c.not_after, c.owner,
    c.user_id, c.owner_role_id, c.role_ids, c.external_id,
    array(select r.replaced_id from certificate_replacement r where r.certificate_id = c.id order by 1) as replaces,
    array(select r.certificate_id from certificate_replacement r where r.replaced_id = c.id order by 1) as replaced_by
  from certificate c left join chain ch on ch.id = c.chain_id where c.id = any($1::int[])`;

const anchorsSql = `
  select distinct ch.certificates[array_upper(ch.certificates, 1)] as root
  from authority a join certificate c on c.id = a.certificate_id join chain ch on ch.id = a.chain_id
  where a.active and c.format = 'x509' order by 1 limit $1`;

/** 4 MB of them, at most, in one answer. */
const maxAnchors = 1_000;

function placedCertificate(row: PlacedRow): PlacedCertificate {
  return {
    id: row.id,
    name: row.name,
    commonName: row.cn,
    names: row.names,
    format: row.format,
    certificateDer: row.der.toString('base64'),
    chainDer: (row.chain ?? []).map((der) => der.toString('base64')),
    keyId: row.key_id,
    fingerprintSha256: row.fingerprint,
    status: row.status,
    isDeleted: row.deleted,
    notBefore: timestamp(row.not_before),
    notAfter: timestamp(row.not_after),
    owner: row.owner,
    userId: row.user_id,
    ownerRoleId: row.owner_role_id,
    roleIds: row.role_ids,
    externalId: row.external_id,
    replaces: row.replaces,
    replacedBy: row.replaced_by,
  };
}
