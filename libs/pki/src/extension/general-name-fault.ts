import { AppError } from '@sifaka/kernel';
import { shown } from '../invalid.js';
import type { GeneralName } from './extensions.js';
import { checkedAddress, checkedDnsName, checkedEmail, checkedNetwork, checkedOid, checkedUri } from './general-name-rules.js';

/**
 * Why a name that was read from somewhere is not one that would be written; null when it is. Names that are given as text pass
 * the same checks on their way in.
 */
export function generalNameFault(name: GeneralName): string | null {
  switch (name.type) {
    case 'dns':
      return faultOf(name.value, checkedDnsName);
    case 'ip':
      return faultOf(name.value, checkedAddress);
    case 'network':
      return faultOf(name.value, checkedNetwork);
    case 'uri':
      return faultOf(name.value, checkedUri);
    case 'email':
      return faultOf(name.value, checkedEmail);
    case 'registeredId':
      return faultOf(name.value, checkedOid);
    case 'directoryName':
    case 'otherName':
      return null;
    case 'opaque':
      return `a name with the tag 0x${name.tag.toString(16)} cannot be read`;
  }
}

function faultOf(value: string, check: (value: string, path: string) => string): string | null {
  try {
    const written = check(value, 'name');
    return written === value ? null : `${shown(value)} is written ${shown(written)}`;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields?.[0]?.message ?? error.message;
  }
}
