import { AppError } from '@sifaka/kernel';
import { nameOids, parseCertificate, valueOf } from '@sifaka/pki';
import type { DeployedCertificate } from '../kinds/destination.js';

const oids = { OU: nameOids.organizationalUnit, O: nameOids.organization, L: nameOids.location, S: nameOids.state, C: nameOids.country } as const;
const variable = /\{(CN|OU|O|L|S|C)\}/g;

/** What a template may be, as the `validation` of an option: segments of letters, digits, dots, underscores, hyphens and variables. */
export const nameTemplatePattern = '(?:[A-Za-z0-9._-]|\\{(?:CN|OU|O|L|S|C)\\})+(?:/(?:[A-Za-z0-9._-]|\\{(?:CN|OU|O|L|S|C)\\})+)*$';

/**
 * The name that a template gives a certificate, by Lemur's variables {CN}, {OU}, {O}, {L}, {S} and {C} of its subject.
 *
 * `*` becomes `wildcard`; every other character that may mean something in a path becomes `_`, so that a subject cannot lead elsewhere.
 *
 * @throws AppError `failed_precondition` when the subject lacks what the template uses
 */
export function nameByTemplate(template: string, { name, commonName, certificateDer }: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
  const subject = template.replaceAll('{CN}', '').includes('{') ? parseCertificate(certificateDer).subject : [];
  const filled = template.replace(variable, (_, key: string) => {
    // A certificate without common name is known by its own.
    const value = key === 'CN' ? (commonName ?? name) : valueOf(subject, oidOf(key));
    if (value !== null && value !== '') return asPathText(value);
    throw new AppError('failed_precondition', `certificate "${name}" has no ${key} in its subject, and the name "${template}" needs it`, { reason: 'destination.name_template' });
  });
  if (filled.split('/').every((segment) => segment !== '' && !/^\.+$/.test(segment))) return filled;
  throw new AppError('failed_precondition', `the name "${template}" comes to "${filled}" for certificate "${name}", which is no path`, { reason: 'destination.name_template' });
}

const asPathText = (value: string): string => value.replaceAll('*', 'wildcard').replaceAll(/[^\p{L}\p{N}._@+ -]/gu, '_').replaceAll(' ', '_');

const oidOf = (key: string): string => Object.entries(oids).find(([each]) => each === key)?.[1] ?? '';
