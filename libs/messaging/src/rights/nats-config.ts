import { serviceNames, type ServiceName } from '@sifaka/contracts';
import { adminRights, eventReaderRights, natsRights, type Registry, type Rights } from './nats-rights.js';

/** Name of the environment variable that holds a user's password where the configuration is a file in the open. */
export function passwordVariable(user: string): string {
  return `SIFAKA_NATS_PASSWORD_${user.replace(/^sifaka-/, '').toUpperCase()}`;
}

/** Every user of the bus, services first. */
export const busUsers = [...serviceNames, 'sifaka-admin', 'sifaka-events'] as const;

export interface NatsConfigOptions {
  registry: Registry;
  /** Passwords to write into the text; without them it refers to environment variables, see `passwordVariable`. */
  passwords?: Record<(typeof busUsers)[number], string>;
  listen?: { host: string; port: number };
  /** Folder of JetStream. */
  storeDir?: string;
}

/** Configuration text of a nats-server for the platform (version 2.9 and later): JetStream, limits, users and their rights. */
export function natsConfig(options: NatsConfigOptions): string {
  const { listen, storeDir } = options;
  return [
    ...(listen === undefined ? [] : [`listen: ${quote(`${listen.host}:${listen.port}`)}`]),
    `jetstream {${storeDir === undefined ? '' : ` store_dir: ${quote(storeDir)}`} }`,
    '',
    '# Lists are cut at half a megabyte; one certificate with all that it replaces may weigh several.',
    'max_payload: 8MB',
    '# A reader that falls this far behind is cut off, so that it cannot take the server with it.',
    'max_pending: 64MB',
    '# A restarting server lets its clients move over within this time.',
    'lame_duck_duration: "30s"',
    '',
    natsPermissions(options),
  ].join('\n');
}

/** The part about users alone, to be included by a configuration of one's own. */
export function natsPermissions({ registry, passwords }: Pick<NatsConfigOptions, 'registry' | 'passwords'>): string {
  const services = natsRights(registry);
  const rightsOf = (user: (typeof busUsers)[number]): Rights => {
    if (user === 'sifaka-admin') return adminRights;
    return user === 'sifaka-events' ? eventReaderRights() : services[user];
  };
  const users = busUsers.map((user) => {
    const password = passwords === undefined ? `$${passwordVariable(user)}` : quote(passwords[user]);
    return userBlock(user, password, rightsOf(user));
  });
  return `authorization {\n  timeout: 2\n  users: [\n${users.join('\n')}\n  ]\n}\n`;
}

function userBlock(user: ServiceName | 'sifaka-admin' | 'sifaka-events', password: string, { publish, subscribe }: Rights): string {
  const list = (subjects: string[]) => subjects.map((subject) => `          ${quote(subject)}`).join('\n');
  return `    {
      user: ${quote(user)}
      password: ${password}
      permissions: {
        publish: { allow: [
${list(publish)}
        ] }
        subscribe: { allow: [
${list(subscribe)}
        ] }
        # One reply to each request that was received, within the longest time a call may take.
        allow_responses: { max: 1, expires: "2m" }
      }
    }`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
