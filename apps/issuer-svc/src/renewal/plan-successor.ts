import { AppError } from '@sifaka/kernel';
import { extendedKeyUsageOids, isSshCertificate, keyTypeOf, nameOids, parseCertificate, parseSshCertificate, type CertificateFacts, type SshCertificate } from '@sifaka/pki';
import { nextInSeries, renewedDescription, renewedExtensions, successorValidity } from '@sifaka/policy';
import { isIP } from 'node:net';
import type { AuthorityState } from '../authority/authority-directory.js';
import { formatColumns, readIssued } from '../certificate/format.js';
import { baseName, nameChars } from '../certificate/new-certificate.js';
import type { RenewedAsk } from '../issuance/judge-issuance.js';
import type { IssuerConfig } from '../issuer.config.js';
import { outlastingFault } from '../pending/settlement.js';
import type { RenewedCertificate } from './renewed-certificate.js';

/** What a renewal asks for. */
export interface SuccessorPlan {
  readonly ask: RenewedAsk;
  readonly seriesName: string | null;
  readonly description: string;
  readonly roleIds: number[];
  /** DNS and IP names. */
  readonly names: string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

type Settings = Pick<IssuerConfig, 'autorotationUseDefaultValidity' | 'allowWeekendExpiration'>;

/**
 * A certificate with the attributes of the old one and a new key (RI-5 to RI-8).
 *
 * @throws AppError `failed_precondition` when nothing could come of it that lasts for longer than that, or at all
 */
export function planSuccessor(old: RenewedCertificate, authority: AuthorityState, settings: Settings, { now, mustOutlast }: { now: Date; mustOutlast: Date | null }): SuccessorPlan {
  const { notBefore, notAfter } = validityOf(old, authority, settings, now);
  if (outlastingFault({ notAfter }, mustOutlast, now) !== null) {
    const detail = `authority "${authority.name}" ends at ${authority.validity.notAfter.toISOString()}: a renewal would end at ${notAfter.toISOString()}, no later than "${old.name}" at ${old.notAfter.toISOString()}`;
    throw new AppError('failed_precondition', detail, { reason: 'renewal.no_gain' });
  }
  const staysWithAuthority = old.authorityId === authority.id;
  const seriesName = old.customName ?? unstoredSeries(old);
  const named = { owner: old.owner, name: seriesName === null ? null : nextInSeries(seriesName, old.name, nameChars) };
  const validity = { validityStart: notBefore, validityEnd: notAfter };
  const ask: RenewedAsk = { ...(old.format === 'x509' ? x509Ask(parseCertificate(old.der), staysWithAuthority) : sshAsk(old)), ...validity, ...named };
  return {
    ask,
    seriesName,
    description: renewedDescription(old.description, old.id, descriptionChars),
    roleIds: [...new Set([...old.roleIds, old.ownerRoleId, ...(staysWithAuthority ? [] : [authority.ownerRoleId])])],
    names: formatColumns(readIssued(old.format, old.der, authority.name)).domains,
    notBefore,
    notAfter,
  };
}

function validityOf(old: RenewedCertificate, authority: AuthorityState, settings: Settings, now: Date): { notBefore: Date; notAfter: Date } {
  const usesDefault = settings.autorotationUseDefaultValidity && old.rotation;
  const lost = settings.allowWeekendExpiration ? 0 : old.weekendLossMs;
  return successorValidity({
    now,
    old: { notBefore: new Date(startOf(old).getTime() - lost), notAfter: old.notAfter },
    authority: authority.validity,
    validityDays: usesDefault ? authority.summary.defaultValidityDays : null,
    maxDays: authority.summary.maxIssuanceDays,
    allowsWeekendExpiration: settings.allowWeekendExpiration,
  });
}

/** OpenSSH's are dated back a little, which is no part of what was asked for: renewals would grow beyond what their authority allows. */
function startOf({ format, notBefore, dateCreated }: RenewedCertificate): Date {
  const backMs = dateCreated.getTime() - notBefore.getTime();
  return format === 'openssh' && backMs > 0 && backMs <= backdatedMs ? dateCreated : notBefore;
}

type Asked = Pick<RenewedAsk, 'commonName' | 'renewedSubject' | 'keyType' | 'extensions' | 'signingAlgorithm' | 'ssh'>;

function x509Ask(facts: CertificateFacts, staysWithAuthority: boolean): Asked {
  const { hash } = facts.signatureAlgorithm;
  return {
    commonName: facts.cn ?? '',
    renewedSubject: facts.subject,
    keyType: facts.keyType ?? '',
    extensions: renewedExtensions(facts, staysWithAuthority),
    signingAlgorithm: staysWithAuthority && hash !== null && currentHashes.has(hash) ? hash : null,
    ssh: null,
  };
}

function sshAsk(old: RenewedCertificate): Asked {
  if (!isSshCertificate(old.der)) throw new AppError('failed_precondition', `"${old.name}" is the public key of an SSH authority, which is not renewed`, { reason: 'renewal.not_possible' });
  const ssh = parseSshCertificate(old.der);
  const [cn = ''] = ssh.principals;
  const usage = ssh.kind === 'host' ? extendedKeyUsageOids.useServerAuthentication : extendedKeyUsageOids.useClientAuthentication;
  return {
    commonName: cn,
    renewedSubject: cn === '' ? [] : [{ oid: nameOids.commonName, value: cn }],
    keyType: keyTypeOf(ssh.spki) ?? '',
    extensions: { extendedKeyUsage: [usage], ...(ssh.kind === 'host' && { subjectAltNames: ssh.principals.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })) }) },
    signingAlgorithm: null,
    ssh: { ...keyIdOf(old, ssh), ...(ssh.kind === 'user' && { principals: ssh.principals, criticalOptions: ssh.criticalOptions, extensions: ssh.extensions }) },
  };
}

/** Name and owner are what it says by itself, of the new one. */
const keyIdOf = ({ name, owner }: RenewedCertificate, { keyId }: SshCertificate): { keyId?: string } => (keyId === `${name} ${owner}` ? {} : { keyId });

/** Of certificates from before names of series were stored: one that no rule would have made was given by a person. */
function unstoredSeries(old: RenewedCertificate): string | null {
  const facts = readIssued(old.format, old.der, old.authorityName ?? '');
  const isNameable = facts.cn !== null || formatColumns(facts).domains.length > 0;
  if (!isNameable) return old.name;
  const generated = baseName({ facts, name: null });
  return old.name === generated || old.name.startsWith(`${generated}-${facts.serialHex}`) ? null : old.name;
}

const currentHashes = new Set<string>(['sha256', 'sha384', 'sha512']);
const backdatedMs = 10 * 60_000;
/** What a client may write there. */
const descriptionChars = 1_024;
