import { factsColumns, factsJoins } from './renewal-facts.sql.js';

const attached = (kind: 'endpoint' | 'destination') =>
  `(select count(*)::int from certificate_attachment t where t.certificate_id = c.id and t.kind = '${kind}' and t.is_attached)`;

const columns = `${factsColumns},
  array(select d.name from domain d where d.certificate_id = c.id order by d.position, d.id limit 100) as names,
  c.serial_hex as "serialHex", c.description, c.date_created as "dateCreated", c.user_id as "userId",
  (select json_build_object('id', o.id, 'name', o.name, 'isSelfSigned', c.issuer = '<selfsigned>',
      'issuedCount', (select count(*)::int from certificate i where i.authority_id = o.id))
    from authority o where o.id = c.root_authority_id) as "ownAuthority",
  array(select json_build_object('id', n.id, 'name', n.name) from certificate_replacement l join certificate n on n.id = l.replaced_id
    where l.certificate_id = c.id order by n.id limit 20) as replaces,
  ${attached('endpoint')} as "endpointCount", ${attached('destination')} as "destinationCount"`;

/**
 * The page first, then what hangs on its rows: the index on (not_after, id) gives both order and range.
 *
 * Parameters: from, to, ids, notify, after not_after, after id, limit.
 */
export const endingSql = (kind: 'leaf' | 'authority', isOnHold = false): string => `
  with page as materialized (
    select e.id from certificate e
    where e.not_after >= coalesce($5::timestamptz, $1::timestamptz) and e.not_after > $1::timestamptz and e.not_after <= $2::timestamptz
      and ($3::int[] is null or e.id = any($3::int[])) and ($4::boolean is null or ${isOnHold ? 'coalesce((select h.notify from certificate_hold h where h.certificate_id = e.id), e.notify)' : 'e.notify'} = $4)
      and e.root_authority_id is ${kind === 'authority' ? 'not ' : ''}null
      and not e.deleted and ${isOnHold ? "e.status = 'revoked' and e.revocation_reason = 'certificateHold'" : "e.status is distinct from 'revoked'"}
      and ($5::timestamptz is null or (e.not_after, e.id) > ($5::timestamptz, $6::int))
    order by e.not_after, e.id limit $7
  )
  select ${columns} from page join certificate c on c.id = page.id ${factsJoins} order by c.not_after, c.id`;

export const notableSql = `select ${columns} from certificate c ${factsJoins} where c.id = any($1::int[]) order by c.id`;
