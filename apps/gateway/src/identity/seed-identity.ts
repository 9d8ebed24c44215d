import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { builtInRoles } from '@sifaka/authz';
import { roleCreated, userCreated, type Principal } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import { ChangeLog } from '../audit/change-log.js';
import type { GatewayConfig } from '../gateway.config.js';
import { roleEvent } from '../role/role-changes.js';
import { membershipChanges, userEvent } from '../user/user-changes.js';
import { UserRepository, type User } from '../user/user.repository.js';
import { PasswordHasher } from './password-hasher.js';
import { passwordWeakness } from './password-strength.js';

const descriptions: Record<string, string> = {
  [builtInRoles.admin]: 'May do everything',
  [builtInRoles.operator]: 'May create and change certificates and what belongs to them',
  [builtInRoles.globalCertIssuer]: 'May issue for every domain without being asked for authorization',
  [builtInRoles.readOnly]: 'May look at everything and create nothing',
};

const system: Principal = { kind: 'system', service: 'gateway' };

/** What must be there before anybody can log in. Runs at every start and changes nothing that exists. */
@Injectable()
export class SeedIdentity implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly hasher: PasswordHasher,
    private readonly changes: ChangeLog,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.run();
  }

  async run(): Promise<void> {
    const passwordHash = (await this.users.isEmpty(this.database)) ? await this.administratorHash() : null;
    await this.database.transaction(async (tx) => {
      // Replicas start together: one seeds, the others find it done.
      await tx.query(`select pg_advisory_xact_lock(hashtext('sifaka.gateway.seed'))`);
      await this.seedRoles(tx);
      if (passwordHash !== null && (await this.users.isEmpty(tx))) await this.seedAdministrator(tx, passwordHash);
    });
  }

  private async administratorHash(): Promise<string | null> {
    const { adminPassword } = this.config;
    if (adminPassword === undefined) {
      this.logger.warn({}, 'there are no users, and SIFAKA_ADMIN_PASSWORD is not set: nobody can log in until a start with it');
      return null;
    }
    // Whoever sets it here owns the installation: a weak one is pointed out, not refused.
    const weakness = passwordWeakness(adminPassword);
    if (weakness !== null) this.logger.warn({}, `SIFAKA_ADMIN_PASSWORD is weak: ${weakness}`);
    return this.hasher.hash(adminPassword);
  }

  private async seedRoles(tx: Sql): Promise<void> {
    const roles = await tx.query<{ id: number; name: string; description: string }>(
      `insert into role (name, description) select * from unnest($1::text[], $2::text[]) on conflict (name) do nothing returning id, name, description`,
      [Object.keys(descriptions), Object.values(descriptions)],
    );
    const changes = roles.map(({ id, name }) => ({ action: 'role.created', object: { type: 'role', id, name } }));
    await this.changes.record(
      tx,
      system,
      changes,
      roles.map((role) => roleEvent(roleCreated, role)),
    );
  }

  private async seedAdministrator(tx: Sql, passwordHash: string): Promise<void> {
    const { adminUsername: username, adminEmail: email } = this.config;
    const roles = await tx.query<{ id: number; name: string }>('select id, name from role where name = $1', [builtInRoles.admin]);
    const id = await this.users.insert(tx, { username, email, passwordHash, active: true });
    await this.users.setRoles(
      tx,
      id,
      roles.map((role) => role.id),
    );
    const user: User = { id, username, email, active: true, profilePicture: null, roles };
    const created = { action: 'user.created', object: { type: 'user', id, name: username }, details: { email, active: true } };
    await this.changes.record(tx, system, [created, ...membershipChanges(user, [], roles)], [userEvent(userCreated, user)]);
  }
}
