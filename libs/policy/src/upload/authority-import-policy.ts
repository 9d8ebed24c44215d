import type { KeyObject } from 'node:crypto';
import { describeKey, keyMatches, verifyChain, type CertificateFacts } from '@sifaka/pki';
import { chain, refuse, type Refusal } from '../chain.js';
import { namesCanBeStored } from './stored-names.js';

/** All that decides whether an existing CA is taken into service. */
export interface AuthorityImportInput {
  certificate: CertificateFacts;
  /** Without the certificate itself: its issuer first, the root last, empty for a root. */
  chain: readonly CertificateFacts[];
  key: KeyObject;
  now: Date;
}

function isAuthority({ certificate }: AuthorityImportInput): Refusal | null {
  if (!certificate.isCa) return refuse('body', 'the certificate is not a CA: basicConstraints does not say so (RFC 5280 section 4.2.1.9)', 'policy.not_a_ca');
  const usage = certificate.extensions.keyUsage;
  if (usage === undefined || usage.includes('keyCertSign')) return null;
  return refuse('body', 'the certificate may not sign certificates: keyUsage lacks keyCertSign (RFC 5280 section 4.2.1.3)', 'policy.not_a_ca');
}

function isInForce({ certificate, chain: issuers, now }: AuthorityImportInput): Refusal | null {
  const expired = [certificate, ...issuers].find(({ notAfter }) => notAfter <= now);
  if (expired === undefined) return null;
  return refuse(expired === certificate ? 'body' : 'chain', `certificate "${expired.cn ?? expired.serialHex}" expired ${expired.notAfter.toISOString()}`, 'policy.ca_expired');
}

function keyBelongsToCertificate({ certificate, key }: AuthorityImportInput): Refusal | null {
  if (keyMatches(key, certificate.spki)) return null;
  return refuse('Schema.privateKey', 'the private key does not belong to the certificate', 'policy.key_mismatch');
}

function keyCanSign({ certificate }: AuthorityImportInput): Refusal | null {
  const { kind, type, bits } = describeKey(certificate.spki);
  if (kind === 'rsa' && bits >= 2_048) return null;
  if ((kind === 'ec' || kind === 'ed25519') && type !== null) return null;
  return refuse('body', `a ${kind} key of ${bits} bits cannot sign here: RSA of 2048 bits or more, a known EC curve, or Ed25519`, 'policy.key_type_unknown');
}

/** Clients get the whole chain with every certificate, so it must be whole. */
function chainIsWhole({ certificate, chain: issuers }: AuthorityImportInput): Refusal | null {
  const broken = issuers.length === 0 ? null : verifyChain([certificate, ...issuers]);
  if (broken !== null) return refuse('Schema.chain', broken.detail, 'policy.chain_broken');
  const last = issuers.at(-1) ?? certificate;
  if (last.isSelfSigned) return null;
  return refuse('Schema.chain', `the chain ends at "${last.cn ?? last.serialHex}", which is not self-signed: give every certificate up to the root`, 'policy.chain_incomplete');
}

export const authorityImportPolicy = chain<AuthorityImportInput>(isAuthority, isInForce, keyBelongsToCertificate, keyCanSign, chainIsWhole, namesCanBeStored);
