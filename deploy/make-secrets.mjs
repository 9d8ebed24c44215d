// Makes the secrets of an installation whose services run apart, once: one file of environment variables per process, mode 0600.
// Nothing but Node is needed: `node deploy/make-secrets.mjs`, and `--help` for the rest.
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const help = `usage: node deploy/make-secrets.mjs [options]

  --out FOLDER            where to write; must be empty or not there (default: deploy/secrets)
  --database URL          Postgres as the services reach it, without user and password
                          (default: postgres://postgres:5432/sifaka, the one of docker-compose.yml and deploy/k8s/postgres)
  --database-admin URL    Postgres with the user that may create roles and schemas, for a server of your own
                          (default: the superuser of that same Postgres, with a password made here)
`;

/** Folder under apps/, which names the file, and the service, which names database role and NATS user. */
export const services = {
  gateway: 'gateway',
  'issuer-svc': 'issuer',
  'keyvault-svc': 'keyvault',
  'acme-svc': 'acme',
  'discovery-svc': 'discovery',
  'deploy-svc': 'deploy',
  'notify-svc': 'notify',
};

/** Contents of the files by name, every secret made anew. */
export function makeSecrets({ database, databaseAdmin }) {
  const superuser = password();
  const databasePasswords = each(password);
  const natsPasswords = { ...each(password), admin: password(), events: password() };
  const callerKeys = newCallerKeys();
  const own = { gateway: gatewaySecrets(callerKeys), 'keyvault-svc': { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64') } };
  const files = Object.entries(services).map(([app, service]) => [
    app,
    {
      DATABASE_URL: withLogin(database, `sifaka_${service}`, databasePasswords[service]),
      SIFAKA_NATS_USER: service,
      SIFAKA_NATS_PASSWORD: natsPasswords[service],
      SIFAKA_CALLER_PUBLIC_KEY: callerKeys.publicKey,
      ...own[app],
    },
  ]);
  return {
    ...Object.fromEntries(files),
    provision: {
      DATABASE_URL: databaseAdmin ?? withLogin(database, 'postgres', superuser),
      SIFAKA_NATS_PASSWORD_ADMIN: natsPasswords.admin,
      ...named('SIFAKA_DATABASE_PASSWORD', databasePasswords),
    },
    nats: { ...named('SIFAKA_NATS_PASSWORD', natsPasswords), SIFAKA_NATS_CLUSTER_PASSWORD: password() },
    ...(databaseAdmin === undefined && { postgres: { POSTGRES_PASSWORD: superuser } }),
  };
}

function gatewaySecrets({ privateKey }) {
  return {
    SIFAKA_CALLER_PRIVATE_KEY: privateKey,
    SIFAKA_TOKEN_SECRET: randomBytes(48).toString('base64url'),
    SIFAKA_ADMIN_PASSWORD: administratorPassword(),
  };
}

/** Ed25519, with which the gateway signs on whose behalf it asks. */
function newCallerKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  return { privateKey: privateKey.toString('base64'), publicKey: publicKey.toString('base64') };
}

const lower = 'abcdefghijkmnopqrstuvwxyz';
const alphabet = `${lower}ABCDEFGHJKLMNPQRSTUVWXYZ23456789`;

/**
 * 190 bits, and a letter first: the configuration of NATS takes the value of a variable for a number when it begins like one. No sign in it
 * means anything to a URL, a shell, a YAML file or an interpolating reader of `.env` files.
 */
const password = () => pick(lower) + Array.from({ length: 32 }, () => pick(alphabet)).join('');

/** Meets the rule for people's passwords whatever chance brings: upper and lower case, a digit, a mark. */
const administratorPassword = () => `${password().slice(0, 20)}-${pick('ABCDEFGHJKLMNPQRSTUVWXYZ')}${pick('23456789')}${pick('!@?')}`;

const pick = (characters) => characters.charAt(randomInt(characters.length));
const each = (make) => Object.fromEntries(Object.values(services).map((service) => [service, make()]));
const named = (prefix, values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name.toUpperCase()}`, value]));

function withLogin(address, username, secret) {
  const url = new URL(address);
  url.username = username;
  url.password = secret;
  return url.href;
}

/** A secret that stands is never written over: it may be the only thing that opens a database. */
function write(folder, contents) {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty: secrets are made once. To start anew, move it away together with database and NATS volumes.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, variables] of Object.entries(contents)) {
    const text = Object.entries(variables).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(folder, `${name}.env`), text.join(''), { mode: 0o600, flag: 'wx' });
  }
}

function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(dirname(fileURLToPath(import.meta.url)), 'secrets') },
      database: { type: 'string', default: 'postgres://postgres:5432/sifaka' },
      'database-admin': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return process.stdout.write(help);
  for (const url of [values.database, values['database-admin']].filter((given) => given !== undefined)) {
    if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
      throw new Error(`"${url}" is no address of Postgres: postgres://host:5432/sifaka`);
  }
  const folder = resolve(values.out);
  write(folder, makeSecrets({ database: values.database, databaseAdmin: values['database-admin'] }));
  const shown = relative(process.cwd(), folder) || '.';
  process.stdout.write(
    `secrets written to ${shown}: back them up, above all keyvault-svc.env, without which no stored key can be read.\n` +
      `The password of the first administrator is SIFAKA_ADMIN_PASSWORD in ${join(shown, 'gateway.env')}.\n`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
