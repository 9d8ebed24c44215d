import { AppError } from '@sifaka/kernel';
import { StoredOptions, type StoredOption } from '@sifaka/plugin-host';

/** Options of an authority that belong to this service, not to the issuer plugin (AU-8). */
export const hostOptions = ['cab_compliant', 'cn_optional'] as const;

/**
 * Options out of JSON text (Q18).
 *
 * @throws AppError `invalid_argument`, field `options`
 */
export function parseOptionsText(text: string): StoredOption[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badOptions('is not JSON text');
  }
  const options = StoredOptions.safeParse(json);
  if (!options.success) throw badOptions('must be a JSON array of at most 100 objects with a name and a value');
  return options.data;
}

/** What the options mean to this service. */
export function hostFacts(options: readonly StoredOption[] | null): { cabCompliant: boolean | null; cnOptional: boolean } {
  const value = (name: string) => options?.find((option) => option.name === name)?.value;
  const cab = value('cab_compliant');
  return { cabCompliant: cab === undefined || cab === null ? null : isTrue(cab), cnOptional: isTrue(value('cn_optional')) };
}

/** Forms send switches as text, and some old ones as numbers. */
const isTrue = (value: unknown): boolean => value === true || value === 1 || (typeof value === 'string' && /^(?:true|1|yes|on)$/i.test(value.trim()));

const badOptions = (rule: string): AppError => new AppError('invalid_argument', `options: ${rule}`, { reason: 'authority.bad_options', fields: [{ path: 'options', message: rule }] });
