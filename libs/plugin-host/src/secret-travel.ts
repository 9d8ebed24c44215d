import { AppError } from '@sifaka/kernel';
import type { Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { isEmpty, isSecretRef, type StoredOption } from './stored-options.js';

/** How a schema says what an option means for secrets: `.meta({ target: true })`, `.meta({ staysHere: true })`. */
const Described = z.looseObject({
  properties: z
    .record(
      z.string(),
      z.looseObject({
        format: z.string().optional(),
        default: z.unknown().optional(),
        target: z.boolean().optional(),
        staysHere: z.boolean().optional(),
        sensitive: z.boolean().optional(),
      }),
    )
    .default({}),
});

/** Options that say where a connection goes, in plugins of any kind; those of the form of an address are known by it. */
const addressNames = new Set(['server', 'host', 'port']);

/** Options that say whom to trust there. */
const trustNames = new Set(['ca_bundle', 'verify_tls', 'fingerprint', 'hostKeyFingerprint', 'kubernetesServerCertificate', 'kubernetesServerCertificateFile']);

interface Travel {
  /** Options that say where the other side is, with their defaults. */
  addresses: ReadonlyMap<string, unknown>;
  /** Options that say how it is known, with theirs. */
  trust: ReadonlyMap<string, unknown>;
  /** Secrets that the other side gets to see; those that only sign or decrypt here are left out. */
  secrets: ReadonlySet<string>;
}

/** Which options of a plugin send which secrets where. */
export function travelOf(plugin: Plugin): Travel {
  const { properties } = Described.parse(z.toJSONSchema(plugin.optionsSchema, { io: 'input', unrepresentable: 'any' }));
  const all = Object.entries(properties);
  const named = (isMeant: (name: string, option: (typeof properties)[string]) => boolean) =>
    new Map(all.flatMap(([name, option]) => (isMeant(name, option) ? [[name, option.default] as const] : [])));
  return {
    addresses: named((name, { format, target }) => target === true || format === 'uri' || addressNames.has(name)),
    trust: named((name) => trustNames.has(name)),
    secrets: new Set(all.flatMap(([name, { sensitive, staysHere }]) => (sensitive === true && staysHere !== true ? [name] : []))),
  };
}

/**
 * Whoever may change options is not thereby given the secrets in them: one that was kept does not go to another address than the one it was
 * entered for.
 *
 * @param options as they are to be stored, with references in place of secrets that were kept
 * @throws AppError `invalid_argument`, field `<path>.<name>` of the secret
 */
export function refuseMovedSecrets(plugin: Plugin, options: readonly StoredOption[], stored: readonly StoredOption[] | null, path: string): void {
  const { addresses, trust, secrets } = travelOf(plugin);
  const moved = [...addresses, ...trust].find(([name, preset]) => !isSame(valueOf(options, name, preset), valueOf(stored ?? [], name, preset)));
  if (moved === undefined) return;
  for (const { name, value } of options) {
    if (!secrets.has(name) || !isSecretRef(value)) continue;
    const message = `has to be given again, because ${moved[0]} changed: it would be sent there`;
    throw new AppError('invalid_argument', `${path}.${name}: ${message}`, { reason: 'plugin.secret_moved', fields: [{ path: `${path}.${name}`, message }] });
  }
}

/**
 * Values of the installation that may fill what is not given: its secrets go to its own addresses alone.
 *
 * @param given options as a client gave them
 */
export function fillable<Configured extends { option: string; value: unknown }>(plugin: Plugin, given: readonly StoredOption[], configured: readonly Configured[]): Configured[] {
  const { addresses, secrets } = travelOf(plugin);
  const own = new Map(configured.map(({ option, value }) => [option, value]));
  const goesElsewhere = [...addresses].some(([name, preset]) => {
    const expected = own.get(name) ?? preset;
    return !isSame(valueOf(given, name, expected), expected);
  });
  return configured.filter(({ option }) => !goesElsewhere || !secrets.has(option));
}

function valueOf(options: readonly StoredOption[], name: string, preset: unknown): unknown {
  const value = options.find((option) => option.name === name)?.value;
  return isEmpty(value) ? preset : value;
}

const isSame = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/** Forms send numbers and switches as text. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
