import { hourMs } from './settings.mjs';

/** What came of it all, as the inventory, the CA and the mailbox say, each by itself. */
export class Findings {
  /** @param {{ platform: import('./platform.mjs').SimulatedPlatform, ca: import('./outside-ca.mjs').OutsideCa, mailbox: import('./mailbox.mjs').Mailbox, trouble: import('./trouble.mjs').Trouble, fleet: import('./fleet.mjs').Fleet, settings: import('./settings.mjs').Settings, startsAt: number, endsAt: number }} world */
  constructor(world) {
    this.world = world;
  }

  async read() {
    const certificates = await this.world.platform.rows(certificatesSql);
    return {
      ...this.#renewals(certificates),
      ...this.#pace(),
      ...this.#atCa(certificates),
      ...(await this.#told(certificates)),
      kills: this.world.fleet.kills,
      outages: this.world.trouble.outages.filter(({ from }) => from < this.world.endsAt).length,
    };
  }

  #renewals(certificates) {
    const byId = new Map(certificates.map((certificate) => [certificate.id, certificate]));
    const { endsAt } = this.world;
    const successors = new Map();
    for (const { id, renewalOf } of certificates) if (renewalOf !== null) successors.set(renewalOf, [...(successors.get(renewalOf) ?? []), id]);
    const expired = certificates.filter(({ id, notAfter }) => {
      const [successor] = successors.get(id) ?? [];
      const replacedAt = successor === undefined ? endsAt : byId.get(successor).bornAt.getTime();
      return replacedAt >= notAfter.getTime();
    });
    return {
      certificates: certificates.length,
      renewals: certificates.filter(({ renewalOf }) => renewalOf !== null).length,
      expired: expired.map(({ name }) => name),
      renewedTwice: [...successors].filter(([, ids]) => ids.length > 1).map(([id]) => byId.get(id).name),
      // A renewal takes the place of its one predecessor, nothing else, and nobody else does.
      brokenLines: certificates.filter(({ renewalOf, replaces }) => String(replaces) !== String(renewalOf === null ? [] : [renewalOf])).map(({ name }) => name),
      strangeNames: certificates.filter(({ name, renewalOf }) => renewalOf !== null && name !== nextName(byId.get(renewalOf).name)).map(({ name }) => name),
      shortened: certificates.filter(({ renewalOf, lifeSeconds }) => renewalOf !== null && Math.abs(lifeSeconds - byId.get(renewalOf).lifeSeconds) > 1).map(({ name }) => name),
    };
  }

  /** Renewals an hour, by the CA's own record. */
  #pace() {
    const { ca, startsAt, endsAt } = this.world;
    const hours = new Array(Math.ceil((endsAt - startsAt) / hourMs)).fill(0);
    for (const { at } of ca.issued) if (at >= startsAt && at < endsAt) hours[Math.floor((at - startsAt) / hourMs)] += 1;
    const mean = hours.reduce((sum, count) => sum + count, 0) / hours.length;
    const busiest = hours.reduce((most, count) => Math.max(most, count), 0);
    return { meanPerHour: mean, busiestHour: busiest, busiestShare: mean === 0 ? 0 : busiest / mean, busiestAt: new Date(startsAt + hours.indexOf(busiest) * hourMs).toISOString() };
  }

  /** What was issued and is in no inventory: only a process that was killed with the answer in its hands may lose one. */
  #atCa(certificates) {
    const { ca, trouble } = this.world;
    const known = new Set(certificates.map(({ serialHex }) => serialHex.toLowerCase()));
    const lost = ca.issued.filter(({ serialHex }) => !known.has(serialHex.toLowerCase()));
    return {
      issuedByCa: ca.issued.length,
      refusedByCa: ca.refused,
      askedTwice: ca.issued.length - new Set(ca.issued.map(({ requestId }) => requestId)).size,
      lostToKills: lost.length,
      lostOtherwise: lost.filter(({ at }) => !trouble.killedAt.has(at)).map(({ commonName, at }) => `${commonName} at ${new Date(at).toISOString()}`),
    };
  }

  async #told(certificates) {
    const { platform, mailbox, trouble, settings } = this.world;
    const deliveries = new Map((await platform.rows(deliveriesSql)).map((delivery) => [delivery.messageId, delivery]));
    const byId = new Map(certificates.map((certificate) => [certificate.id, certificate]));
    const messages = new Map(mailbox.taken.map((mail) => [mail.messageId, mail]));
    const lives = new Map(settings.lives.map((life) => [life.name, life.lifeMs]));
    /** Whether a certificate's authority was away within its window. */
    const hasExcuse = (id, at) => {
      const certificate = byId.get(id);
      const lifeMs = lives.get(certificate?.authority) ?? 0;
      return trouble.outages.some(({ authority, from, to }) => authority === certificate?.authority && from <= at && at <= to + lifeMs / 2);
    };
    const told = [...messages.keys()].map((messageId) => deliveries.get(messageId)).filter((delivery) => delivery !== undefined);
    const untimely = told.filter(({ type, certificateIds, at }) => ['renewal_late', 'expiration'].includes(type) && !certificateIds.every((id) => hasExcuse(id, at.getTime())));
    return {
      mails: messages.size,
      mailsByEvent: countBy(told, ({ type }) => type),
      mailsAgainAfterKills: mailbox.taken.length - messages.size,
      strangeMails: messages.size - told.length,
      duplicateMails: [...duplicatesOf(told.flatMap(toldOf)), ...duplicatesOf([...messages.values()].map(({ digest }) => digest))],
      untimelyMails: untimely.map(({ origin, at }) => `${origin} at ${at.toISOString()}`),
      unsent: [...deliveries.values()].filter(({ state }) => state !== 'delivered').map(({ origin, state }) => `${origin}: ${state}`),
    };
  }
}

const nextName = (name) => (/-\d+$/.test(name) && name.split('-').length > 2 ? name.replace(/\d+$/, (number) => String(Number(number) + 1)) : `${name}-2`);

/** One line for each thing that each certificate's people were told. */
const toldOf = ({ type, origin, certificateIds, notificationId, intervalDays }) =>
  type === 'expiration' ? certificateIds.map((id) => `expiration ${id} ${notificationId} ${intervalDays}`) : [`${origin}`];

function duplicatesOf(items) {
  const seen = new Set();
  return items.filter((item) => seen.size === seen.add(item).size);
}

function countBy(items, keyOf) {
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

const certificatesSql = `
  select c.id, c.name, c.serial_hex as "serialHex", c.not_after as "notAfter", c.date_created as "bornAt", c.renewal_of as "renewalOf",
    extract(epoch from c.not_after - c.not_before)::int as "lifeSeconds", a.name as authority,
    array(select r.replaced_id from issuer.certificate_replacement r where r.certificate_id = c.id order by 1) as replaces
  from issuer.certificate c join issuer.authority a on a.id = c.authority_id where c.root_authority_id is null order by c.id`;

const deliveriesSql = `
  select message_id as "messageId", origin, type, certificate_ids as "certificateIds", notification_id as "notificationId", interval_days as "intervalDays",
    state, created_at as at from notify.delivery`;
