import { AppError } from '@sifaka/kernel';
import { decodePem, encodePem, fromPkcs8Der, fullChainPem, keyMatches, parseCertificate, parsePrivateKey, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { expandPath, pathTemplate } from './path-template.js';

const mode = (preset: string) =>
  z
    .string()
    .regex(/^0?[0-7]{3}$/, { error: 'must be three octal digits, such as 0644' })
    .default(preset);

/** Options of plugins that put certificates as files where a server reads them. */
export const layoutOptions = {
  destinationPath: z
    .string()
    .min(2)
    .max(1_024)
    .regex(/^\/[^\0\n\r]*$/, { error: 'must be an absolute path' })
    .default('/etc/ssl/sifaka')
    .describe('Folder that all files lie below')
    .meta({ required: true }),
  exportFormat: z
    .enum(['nginx', 'apache', 'haproxy', 'separate'])
    .default('nginx')
    .describe('nginx: certificate and chain in one file, the key in another; apache: the chain apart; haproxy: certificate, chain and key in one file; separate: as apache, and that one file besides')
    .meta({ required: true }),
  certificatePath: pathTemplate().default('{CN}.crt').describe('File of the certificate below the folder; {CN} and {name} are the common name and the name of the certificate, a wildcard is _wildcard'),
  chainPath: pathTemplate().default('{CN}.chain.crt').describe('File of the chain, where it has one of its own'),
  keyPath: pathTemplate().default('{CN}.key').describe('File of the private key'),
  combinedPath: pathTemplate().default('{CN}.pem').describe('File of certificate, chain and key together'),
  mode: mode('0644').describe('Rights of files without a private key, octal'),
  keyMode: mode('0600')
    .refine((value) => value.endsWith('0'), { error: 'must not let everybody read the key: the last digit is 0' })
    .describe('Rights of files with the private key, octal; 0640 for a server that reads it by its group'),
};

export type LayoutOptions = z.output<z.ZodObject<typeof layoutOptions>>;

type Role = 'certificate' | 'chain' | 'key' | 'combined';

/** One file of a certificate, in the order in which they change places: certificate and key last, right after one another. */
export interface FilePlace {
  role: Role;
  /** Below the folder of the destination. */
  path: string;
  mode: number;
}

export interface PlannedFile extends FilePlace {
  /** Null: nothing belongs there, as for the chain of a certificate that has none. */
  content: Buffer | null;
}

const roles: Readonly<Record<LayoutOptions['exportFormat'], readonly Role[]>> = {
  nginx: ['key', 'certificate'],
  apache: ['chain', 'key', 'certificate'],
  haproxy: ['combined'],
  separate: ['chain', 'combined', 'key', 'certificate'],
};

/** @throws AppError `failed_precondition` for options that put two files in one place */
export function placesOf(options: LayoutOptions, certificate: DeployedNames): FilePlace[] {
  const templates: Record<Role, string> = { certificate: options.certificatePath, chain: options.chainPath, key: options.keyPath, combined: options.combinedPath };
  const places = roles[options.exportFormat].map((role) => ({
    role,
    path: expandPath(templates[role], certificate),
    mode: Number.parseInt(role === 'key' || role === 'combined' ? options.keyMode : options.mode, 8),
  }));
  const clash = places.find(({ path }, index) => places.findIndex((other) => other.path === path) !== index);
  if (clash === undefined) return places;
  const message = `is ${clash.path} for "${certificate.name}", as another file of it is`;
  throw new AppError('failed_precondition', `${clash.role}Path ${message}`, { reason: 'destination.same_file', fields: [{ path: `plugin.pluginOptions.${clash.role}Path`, message }] });
}

/** The file by which the certificate is known. */
export function mainPlaceOf(places: readonly FilePlace[]): FilePlace {
  const place = places.find(({ role }) => role === 'certificate') ?? places.find(({ role }) => role === 'combined');
  if (place === undefined) throw new AppError('internal', 'a layout without a certificate');
  return place;
}

/** @throws AppError `failed_precondition` for a certificate whose key is not stored */
export function plannedFiles(options: LayoutOptions, certificate: DeployableCertificate): PlannedFile[] {
  const { privateKeyPkcs8Der } = certificate;
  if (privateKeyPkcs8Der === null) throw new AppError('failed_precondition', `certificate "${certificate.name}" has no stored private key, and its files are of no use without`, { reason: 'destination.no_key' });
  const keyPem = `${toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der))}\n`;
  return placesOf(options, certificate).map((place) => {
    if (place.role === 'key') return { ...place, content: Buffer.from(keyPem) };
    const text = publicPem(options, certificate, place.role);
    return { ...place, content: text === '' ? null : Buffer.from(place.role === 'combined' ? `${text}${keyPem}` : text) };
  });
}

/** Whether a file holds what belongs there, as far as that can be told without the key: a key, whether it is that of the certificate. */
export function isHeldBy(options: LayoutOptions, certificate: DeployedCertificate, { role }: FilePlace, found: Buffer | null): boolean {
  if (role === 'key') return found !== null && isKeyOf(certificate, found.toString('utf8'));
  const text = publicPem(options, certificate, role);
  if (role !== 'combined') return text === '' ? found === null : found?.toString('utf8') === text;
  const all = found?.toString('utf8') ?? '';
  return all.startsWith(text) && isKeyOf(certificate, all.slice(text.length));
}

/** Whether a file is one of this certificate, so that it goes when the certificate goes; what others added to it may stand beside. */
export function belongsTo(certificate: DeployedCertificate, { role }: FilePlace, found: Buffer): boolean {
  if (role === 'key') return isKeyOf(certificate, found.toString('utf8'));
  const expected = role === 'chain' ? certificate.chainDer[0] : certificate.certificateDer;
  const [first] = blocksOf(found.toString('utf8'));
  return expected !== undefined && first?.label === 'CERTIFICATE' && first.bytes.equals(expected);
}

type DeployedNames = Pick<DeployedCertificate, 'name' | 'commonName'>;

function publicPem({ exportFormat }: LayoutOptions, { certificateDer, chainDer }: Pick<DeployedCertificate, 'certificateDer' | 'chainDer'>, role: Exclude<Role, 'key'>): string {
  const chain = chainDer.map((der) => `${encodePem('CERTIFICATE', der)}\n`).join('');
  if (role === 'chain') return chain;
  const isChainApart = role === 'certificate' && exportFormat !== 'nginx';
  return `${fullChainPem(certificateDer, isChainApart ? [] : chainDer)}\n`;
}

function isKeyOf({ certificateDer }: Pick<DeployedCertificate, 'certificateDer'>, text: string): boolean {
  try {
    return keyMatches(parsePrivateKey(text), parseCertificate(certificateDer).spki);
  } catch {
    return false;
  }
}

function blocksOf(text: string) {
  try {
    return decodePem(text);
  } catch {
    return [];
  }
}
