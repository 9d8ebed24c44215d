import { column, nullable, type Columns } from '@sifaka/database';

export const certificateColumns: Columns = {
  id: column.integer('c.id'),
  name: column.text('c.name'),
  owner: column.text('c.owner'),
  description: nullable(column.text('c.description')),
  notify: column.boolean('c.notify'),
  active: column.boolean('c.notify'),
  rotation: column.boolean('c.rotation'),
  deleted: column.boolean('c.deleted'),
  issuer: column.text('c.issuer'),
  serial: column.text('c.serial'),
  serial_hex: column.text('c.serial_hex'),
  cn: nullable(column.text('c.cn')),
  common_name: nullable(column.text('c.cn')),
  status: nullable(column.text('c.status')),
  key_type: nullable(column.text('c.key_type')),
  signing_algorithm: nullable(column.text('c.signing_algorithm')),
  external_id: nullable(column.text('c.external_id')),
  bits: column.integer('c.bits'),
  san: nullable(column.text("(case when c.san then 'true' end)")),
  not_before: column.timestamp('c.not_before'),
  not_after: column.timestamp('c.not_after'),
  validity_start: column.timestamp('c.not_before'),
  validity_end: column.timestamp('c.not_after'),
  date_created: column.timestamp('c.date_created'),
  user_id: nullable(column.integer('c.user_id')),
  authority_id: nullable(column.integer('c.authority_id')),
  rotation_policy_id: nullable(column.integer('c.rotation_policy_id')),
  distinguished_name: column.text('c.distinguished_name'),
};

export const authorityColumns: Columns = {
  id: column.integer('a.id'),
  name: column.text('a.name'),
  owner: column.text('a.owner'),
  description: nullable(column.text('a.description')),
  plugin_name: column.text('a.plugin_slug'),
  active: column.boolean('a.active'),
  date_created: column.timestamp('a.created_at'),
  user_id: nullable(column.integer('a.user_id')),
};

export const domainColumns: Columns = { id: column.integer('d.id'), name: column.text('d.name'), sensitive: column.boolean('d.sensitive') };

export const logColumns: Columns = {
  id: column.integer('l.id'),
  log_type: column.text('l.log_type'),
  logged_at: column.timestamp('l.logged_at'),
  user_id: nullable(column.integer('l.user_id')),
  certificate_id: nullable(column.integer('l.certificate_id')),
};
