import { Replica } from './replica.mjs';

/** The processes of the platform: three of those that renew and tell, two that keep keys. */
export class Fleet {
  /** @param {{ platform: import('./platform.mjs').SimulatedPlatform, clock: { now(): Date }, authorityUrl: string, mailPort: number }} options */
  constructor({ platform, clock, authorityUrl, mailPort }) {
    const replica = (name, env = {}) => new Replica({ name, clock, authorityUrl, env: { ...platform.environmentOf(name), ...env } });
    const three = (name, env) => Array.from({ length: 3 }, () => replica(name, env));
    this.keyvaults = [replica('keyvault'), replica('keyvault')];
    this.issuers = three('issuer', { SIFAKA_TASKS: withoutSchedule(['certificate_reissue', 'check_revoked', 'fetch_all_pending_acme_certs', 'remove_old_acme_certs']) });
    this.notifiers = three('notify', {
      SIFAKA_TASKS: withoutSchedule(['notify_expirations', 'notify_authority_expirations', 'send_security_expiration_summary', 'notify_expiring_deployed_certificates']),
      SIFAKA_SECURITY_TEAM_EMAIL: '["security@corp.test"]',
      LEMUR_EMAIL: 'sifaka@corp.test',
      MAIL_SERVER: '127.0.0.1',
      MAIL_PORT: String(mailPort),
    });
  }

  get all() {
    return [...this.keyvaults, ...this.issuers, ...this.notifiers];
  }

  get kills() {
    return this.all.reduce((sum, { kills }) => sum + kills, 0);
  }

  /** @throws Error when one of them ended by itself */
  async ready() {
    await Promise.all(this.all.map((replica) => replica.ready()));
  }

  /** Time stands still while nobody is there to see it. */
  async manned() {
    const failed = this.all.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) throw failed.failure;
    for (const replicas of [this.keyvaults, this.issuers]) {
      if (!replicas.some(({ isReady }) => isReady)) await Promise.any(replicas.map((replica) => replica.ready()));
    }
  }

  /** Everybody hears the time; nobody has to do anything. */
  async hear(now) {
    await Promise.all(this.all.map((replica) => replica.go(now, [])));
  }

  async stop() {
    await Promise.all(this.all.map((replica) => replica.stop()));
  }
}

/** The simulation starts them itself, at their times. */
const withoutSchedule = (names) => JSON.stringify(Object.fromEntries(names.map((name) => [name, { enabled: false }])));
