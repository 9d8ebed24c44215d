import type { EndpointIssue, EndpointRecord } from '@sifaka/contracts';

export interface PresentedCertificate {
  certificateId: number;
  isDefault: boolean;
  /** What its source calls it. */
  name: string | null;
  externalId: string | null;
}

export interface EndpointRow {
  id: number;
  name: string;
  dnsname: string;
  port: number;
  type: string;
  active: boolean;
  owner: string | null;
  owner_role_id: number | null;
  is_manual: boolean;
  /** An administrator said where it is. */
  is_reached_inside: boolean;
  source_id: number | null;
  source_label: string | null;
  /** The plugin of its source changes what endpoints present. */
  can_rotate: boolean | null;
  destination_id: number | null;
  address: string | null;
  server_name: string | null;
  start_tls: EndpointRecord['startTls'];
  external_id: string | null;
  store: string | null;
  scope: string;
  certificate_path: string | null;
  registry_type: string | null;
  policy_id: number | null;
  certificate_id: number | null;
  expected_certificate_id: number | null;
  issues: EndpointIssue[];
  confirmed_at: Date | null;
  last_checked_at: Date | null;
  last_error: string | null;
  missing_since: Date | null;
  created_at: Date;
  updated_at: Date;
  certificates: PresentedCertificate[];
  aliases: string[];
}

/** What whoever looked at an endpoint has to say of it. */
export type EndpointFacts = Pick<
  EndpointRow,
  | 'source_id'
  | 'destination_id'
  | 'address'
  | 'server_name'
  | 'start_tls'
  | 'external_id'
  | 'store'
  | 'scope'
  | 'certificate_path'
  | 'registry_type'
  | 'policy_id'
  | 'issues'
  | 'certificates'
  | 'aliases'
>;

/** As one that is not there yet is kept. */
export type NewEndpoint = EndpointFacts & Pick<EndpointRow, 'name' | 'dnsname' | 'port' | 'type'>;

export const endpointColumns = `e.id, e.name, e.dnsname, e.port, e.type, e.active, e.owner, e.owner_role_id, e.is_manual, e.is_reached_inside, e.source_id, e.destination_id, e.address,
  e.server_name, e.start_tls, e.external_id, e.store, e.scope, e.certificate_path, e.registry_type, e.policy_id, e.certificate_id, e.expected_certificate_id,
  e.issues, e.confirmed_at, e.last_checked_at, e.last_error, e.missing_since, e.created_at, e.updated_at,
  (select s.label from source s where s.id = e.source_id) as source_label,
  (select s.can_rotate from source s where s.id = e.source_id) as can_rotate,
  coalesce((select jsonb_agg(jsonb_build_object('certificateId', c.certificate_id, 'isDefault', c.is_default, 'name', c.name, 'externalId', c.external_id) order by c.position)
    from endpoint_certificate c where c.endpoint_id = e.id), '[]') as certificates,
  coalesce((select array_agg(a.alias order by a.alias) from endpoint_alias a where a.endpoint_id = e.id), '{}') as aliases`;
