import { isIP } from 'node:net';
import { checkedAddress, checkedDnsName, isDnsName } from '@sifaka/pki';
import type { JudgedDraft } from '../issuance/judge-issuance.js';

/** DNS and IP names that are asked for, each once in whatever case: the common name first when it is a host. */
export function askedNames({ commonName, extensions }: Pick<JudgedDraft, 'commonName' | 'extensions'>): string[] {
  const others = (extensions.subjectAltNames ?? []).flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value] : []));
  const byFold = new Map<string, string>();
  for (const name of [...hostOf(commonName), ...others]) if (!byFold.has(name.toLowerCase())) byFold.set(name.toLowerCase(), name);
  return [...byFold.values()];
}

/** A word alone may be anything; a host among the alternative names is there anyway. */
function hostOf(commonName: string | null): string[] {
  const text = commonName?.trim() ?? '';
  if (isIP(text) !== 0) return [checkedAddress(text, 'commonName')];
  return text.includes('.') && isDnsName(text) ? [checkedDnsName(text, 'commonName')] : [];
}
