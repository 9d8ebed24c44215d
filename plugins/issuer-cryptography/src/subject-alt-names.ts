import { commonNameOf, isDnsName, parseName, type GeneralName } from '@sifaka/pki';
import { isIP } from 'node:net';

/**
 * The names of a certificate: clients look at the subject alternative names alone, so a common name that could be a host joins them, as the
 * first, unless it is there already. Names of people and authorities, which have a space, do not.
 */
export function withCommonName(names: readonly GeneralName[], subjectDer: Uint8Array): readonly GeneralName[] {
  const commonName = commonNameOf(parseName(subjectDer));
  if (commonName === null || /\s/.test(commonName)) return names;
  const own = hostName(commonName);
  if (own === null || names.some((name) => isSame(name, own))) return names;
  return [own, ...names];
}

type HostName = Extract<GeneralName, { type: 'dns' | 'ip' }>;

function hostName(value: string): HostName | null {
  if (isIP(value) !== 0) return { type: 'ip', value };
  return isDnsName(value) ? { type: 'dns', value } : null;
}

const isSame = (name: GeneralName, own: HostName): boolean => name.type === own.type && name.value.toLowerCase() === own.value.toLowerCase();
