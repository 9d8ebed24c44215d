import { platformSettings, setting, type ConfigDefinition, type SettingValues } from '@sifaka/config';
import { serviceNames, type ServiceName } from '@sifaka/contracts';
import { z } from 'zod';

/** Environment variable that holds the password of a service's database role, for example `SIFAKA_DATABASE_PASSWORD_ISSUER`. */
export function databasePasswordVariable(service: ServiceName): string {
  return `SIFAKA_DATABASE_PASSWORD_${service.toUpperCase()}`;
}

const rolePassword = (service: ServiceName) =>
  setting(z.string().min(12, { error: 'must have at least 12 characters' }), {
    env: databasePasswordVariable(service),
    describe: `Password that the database role of ${service} gets.`,
    secret: true,
  });

const settings = {
  databaseUrl: setting(platformSettings.databaseUrl.schema, {
    env: 'DATABASE_URL',
    describe: 'Address of Postgres with a superuser, or with the owner of the database who has CREATEROLE.',
    secret: true,
  }),
  natsUrl: platformSettings.natsUrl,
  natsAdminPassword: setting(z.string().min(1).optional(), {
    env: 'SIFAKA_NATS_PASSWORD_ADMIN',
    describe: 'Password of the NATS user `sifaka-admin`, when it is not in the address.',
    secret: true,
  }),
  eventReplicas: setting(
    z
      .int()
      .refine((count) => [1, 3, 5].includes(count), { error: 'must be 1, 3 or 5' })
      .default(1),
    {
      env: 'SIFAKA_EVENT_REPLICAS',
      describe: 'NATS servers that keep a copy of every event: 1, or 3 or 5 in a cluster of as many.',
    },
  ),
  logLevel: platformSettings.logLevel,
  startLimitMs: setting(z.int().min(0).max(3_600_000).default(60_000), {
    env: 'SIFAKA_START_LIMIT_MS',
    describe: 'How long to wait for a database or NATS server that is not there yet, in milliseconds.',
  }),
  gatewayDatabasePassword: rolePassword('gateway'),
  issuerDatabasePassword: rolePassword('issuer'),
  keyvaultDatabasePassword: rolePassword('keyvault'),
  acmeDatabasePassword: rolePassword('acme'),
  discoveryDatabasePassword: rolePassword('discovery'),
  deployDatabasePassword: rolePassword('deploy'),
  notifyDatabasePassword: rolePassword('notify'),
};

/** What `provision` reads: addresses of administrators, and the passwords that the services will come with. */
export const provisionConfig: ConfigDefinition<typeof settings> = { service: 'provision', settings };

export type ProvisionConfig = SettingValues<typeof settings>;

export function databasePasswords(config: ProvisionConfig): Record<ServiceName, string> {
  return {
    gateway: config.gatewayDatabasePassword,
    issuer: config.issuerDatabasePassword,
    keyvault: config.keyvaultDatabasePassword,
    acme: config.acmeDatabasePassword,
    discovery: config.discoveryDatabasePassword,
    deploy: config.deployDatabasePassword,
    notify: config.notifyDatabasePassword,
  };
}

/** Two roles with one password are one secret for two services. */
export function rolesThatShareAPassword(config: ProvisionConfig): ServiceName[] {
  const passwords = databasePasswords(config);
  return serviceNames.filter((service) => serviceNames.some((other) => other !== service && passwords[other] === passwords[service]));
}
