import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { Database } from '@sifaka/database';
import type { CertificateFormat } from '@sifaka/plugin-sdk';

/** A certificate with all that its successor takes over. */
export interface RenewedCertificate {
  readonly id: number;
  readonly name: string;
  /** What the first of its series was called by its applicant; null: its name was generated, or it is from before that was stored. */
  readonly customName: string | null;
  readonly owner: string;
  readonly ownerRoleId: number;
  readonly roleIds: number[];
  readonly description: string | null;
  readonly notify: boolean;
  readonly rotation: boolean;
  readonly rotationPolicy: { id: number; name: string; days: number; hours: number; lifetimeFraction: number | null } | null;
  readonly format: CertificateFormat;
  readonly der: Buffer;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dateCreated: Date;
  /** By which its life is shorter than was meant, because it would have ended at a weekend. */
  readonly weekendLossMs: number;
  readonly userId: number | null;
  readonly authorityId: number | null;
  readonly authorityName: string | null;
  readonly dnsProviderId: number | null;
  readonly destinationIds: number[];
  /** Last moment, by the database's clock, at which its successor is still stored: see `Preflight`. */
  readonly storeBefore: Date;
}

@Injectable()
export class RenewedCertificates {
  constructor(private readonly database: Database) {}

  /** @throws AppError `not_found` */
  async read(id: number, issueLimitSeconds: number): Promise<RenewedCertificate> {
    const [row] = await this.database.query<RenewedCertificate>({ name: 'renewed-certificate', text: renewedSql, values: [id, issueLimitSeconds] });
    if (row === undefined) throw new AppError('not_found', `there is no certificate ${id}`);
    return row;
  }
}

/**
 * Whoever ends on a Friday may have lost a day or two to the weekend, as may those before it: the first that ended on another day says how
 * long all of them were meant to live. Without that a line of renewals would live shorter and shorter.
 */
const renewedSql = `
  with recursive line as (
    select c.id, c.renewal_of, c.not_after, c.not_after - c.not_before as life, 1 as length from certificate c where c.id = $1
    union all
    select p.id, p.renewal_of, p.not_after, p.not_after - p.not_before, l.length + 1 from line l join certificate p on p.id = l.renewal_of
    where extract(dow from l.not_after at time zone 'UTC') = 5 and abs(extract(epoch from p.not_after - p.not_before - l.life)) <= 172801 and l.length < 50
  )
  select c.id, c.name, c.custom_name as "customName", c.owner, c.owner_role_id as "ownerRoleId", c.role_ids as "roleIds", c.description, c.notify,
    c.rotation, (select json_build_object('id', p.id, 'name', p.name, 'days', p.days, 'hours', p.hours, 'lifetimeFraction', p.lifetime_fraction)
      from rotation_policy p where p.id = c.rotation_policy_id) as "rotationPolicy",
    c.format, c.der, c.issuer, c.not_before as "notBefore", c.not_after as "notAfter", c.date_created as "dateCreated",
    (select extract(epoch from least(max(life) - (c.not_after - c.not_before), interval '2 days')) * 1000 from line)::double precision as "weekendLossMs", c.user_id as "userId",
    c.authority_id as "authorityId", (select a.name from authority a where a.id = c.authority_id) as "authorityName", c.dns_provider_id as "dnsProviderId",
    array(select t.object_id from certificate_attachment t where t.certificate_id = c.id and t.kind = 'destination' and t.is_attached order by 1) as "destinationIds",
    clock_timestamp() + make_interval(secs => $2::double precision) as "storeBefore"
  from certificate c where c.id = $1`;
