import { AppError } from '@sifaka/kernel';
import { checkedExtension, checkedForceCommand, checkedKeyId, checkedPrincipal, checkedSourceAddress, extendedKeyUsageOids, isSshKeyType, keyTypeOf, sshLimits, type ExtensionRequest } from '@sifaka/pki';
import { refuse, type Refusal } from '../chain.js';
import type { IssuanceAsk, IssuanceInput, SshDraft } from './issuance-input.js';
import { asksForValidity } from './validity.js';

/** What a request comes to at an SSH authority: the extended key usage says whether a host or a user is certified. */
export function draftSsh(ask: IssuanceAsk, extensions: ExtensionRequest): SshDraft {
  const kind = kindOf(extensions.extendedKeyUsage ?? ask.extensions.extendedKeyUsage ?? []);
  const hosts = (extensions.subjectAltNames ?? []).flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value] : []));
  return {
    kind,
    principals: kind === 'host' ? hosts : (ask.ssh?.principals ?? []),
    keyId: ask.ssh?.keyId ?? null,
    criticalOptions: ask.ssh?.criticalOptions ?? {},
    extensions: ask.ssh?.extensions ?? null,
    isValidityAsked: asksForValidity(ask),
  };
}

function kindOf(usage: readonly string[]): SshDraft['kind'] {
  const isHost = usage.includes(extendedKeyUsageOids.useServerAuthentication);
  const isUser = usage.includes(extendedKeyUsageOids.useClientAuthentication);
  if (isHost === isUser) return null;
  return isHost ? 'host' : 'user';
}

export function sshIsForSshAuthorities({ ask: { ssh }, authority }: IssuanceInput): Refusal | null {
  if (ssh === null || authority?.format === 'openssh') return null;
  return refuse('extensions.ssh', 'belongs to requests to SSH authorities alone', 'policy.ssh_elsewhere');
}

export function sshHasNoSubAuthorities({ ask, authority }: IssuanceInput): Refusal | null {
  if (ask.kind === 'leaf') return null;
  return refuse('parent', `authority "${authority?.name ?? ''}" is an SSH authority, and OpenSSH knows no authorities below authorities: create one of type root`, 'policy.ssh_subca');
}

export function sshKindIsChosen({ draft: { ssh } }: IssuanceInput): Refusal | null {
  if (ssh?.kind !== null) return null;
  const message = 'choose the template "Server Certificate" (useServerAuthentication) for a host, or "Client Certificate" (useClientAuthentication) for a user: exactly one of them';
  return refuse('extensions.extendedKeyUsage', message, 'policy.ssh_kind');
}

export function sshKeyIsKnown({ ask: { csr }, draft }: IssuanceInput): Refusal | null {
  if (draft.ssh === null) return null;
  const keyType = csr === null ? draft.keyType : (keyTypeOf(csr.spki) ?? '');
  if (isSshKeyType(keyType)) return null;
  return refuse(csr === null ? 'keyType' : 'csr', `"${keyType}" is no key type of OpenSSH: RSA2048, RSA3072, RSA4096, ECCPRIME256V1, ECCSECP384R1, ECCSECP521R1 and ED25519 are`, 'policy.ssh_key_type');
}

/** A host certificate has no options and extensions: OpenSSH defines none. */
export function sshNamesHosts({ ask, draft: { ssh, commonName, extensions } }: IssuanceInput): Refusal[] {
  if (ssh?.kind !== 'host') return [];
  const refusals: Refusal[] = [];
  const other = (extensions.subjectAltNames ?? []).find(({ type }) => type !== 'dns' && type !== 'ip');
  if (other !== undefined) refusals.push(refuse('extensions.subAltNames.names', `a host certificate names hosts by DNSName and IPAddress, not by ${other.type}`, 'policy.ssh_names'));
  if (commonName !== null && !ssh.principals.some((name) => name.toLowerCase() === commonName.toLowerCase())) {
    refusals.push(refuse('commonName', `"${commonName}" is no host: the common name of a host certificate is one of its hosts`, 'policy.ssh_names'));
  }
  if (ssh.principals.length > sshLimits.principals) refusals.push(refuse('extensions.subAltNames.names', `${ssh.principals.length} hosts, OpenSSH reads ${sshLimits.principals} in one certificate`, 'policy.ssh_names'));
  if (ssh.principals.length === 0) refusals.push(refuse('commonName', 'a host certificate needs a host: without one it would be valid for every host', 'policy.ssh_names'));
  const given = (['principals', 'criticalOptions', 'extensions'] as const).find((field) => ask.ssh?.[field] !== undefined);
  if (given !== undefined) refusals.push(refuse(`extensions.ssh.${given}`, given === 'principals' ? 'hosts are given as common name and subject alternative names' : 'belongs to user certificates', 'policy.ssh_host_terms'));
  return refusals;
}

export function sshKeyIdIsLine({ draft: { ssh } }: IssuanceInput): Refusal[] {
  const keyId = ssh?.keyId ?? null;
  return keyId === null ? [] : faultOf(() => checkedKeyId(keyId, 'extensions.ssh.keyId'));
}

/** Forms repeat the common name as DNS name; any other name would be left out in silence. */
export function sshNamesUsers({ ask, draft: { ssh, commonName } }: IssuanceInput): Refusal[] {
  if (ssh?.kind !== 'user') return [];
  const { criticalOptions: options } = ssh;
  const hosts = (ask.extensions.subjectAltNames ?? []).filter((name) => !('value' in name) || name.value !== commonName);
  return [
    ...(hosts.length === 0 ? [] : [refuse('extensions.subAltNames.names', 'a user certificate names no hosts: names to log in as are given in extensions.ssh.principals', 'policy.ssh_names')]),
    ...ssh.principals.flatMap((name) => faultOf(() => checkedPrincipal(name, 'extensions.ssh.principals'))),
    ...(ssh.extensions ?? []).flatMap((name) => faultOf(() => checkedExtension(name))),
    ...faultOf(() => options.sourceAddress === undefined ? null : checkedSourceAddress(options.sourceAddress)),
    ...faultOf(() => options.forceCommand === undefined ? null : checkedForceCommand(options.forceCommand)),
  ];
}

function faultOf(check: () => unknown): Refusal[] {
  try {
    check();
    return [];
  } catch (error) {
    const [field] = error instanceof AppError ? (error.fields ?? []) : [];
    if (field === undefined) throw error;
    return [refuse(field.path, field.message, 'policy.ssh_terms')];
  }
}
