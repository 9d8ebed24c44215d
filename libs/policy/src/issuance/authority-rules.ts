import { AppError } from '@sifaka/kernel';
import { assertMayIssueUnder } from '@sifaka/pki';
import type { Refusal } from '../chain.js';
import type { IssuanceInput } from './issuance-input.js';

/** AU-9. */
export function authorityIsActive({ ask, authority }: IssuanceInput): Refusal | null {
  if (authority === null || authority.active) return null;
  return { path: ask.kind === 'ca' ? 'parent' : 'authority', message: `authority "${authority.name}" is not active`, reason: 'policy.authority_inactive' };
}

/** Path length, name constraints and usage of the whole chain above: a certificate that no client accepts is not issued. */
export function validatesUnderAuthority({ ask, draft, authority }: IssuanceInput): Refusal | null {
  if (authority === null) return null;
  const pathLength = draft.extensions.basicConstraints?.pathLength;
  try {
    assertMayIssueUnder(authority.chain, {
      subject: draft.subject,
      sans: draft.extensions.subjectAltNames ?? [],
      notBefore: draft.notBefore,
      notAfter: draft.notAfter,
      ...(ask.kind === 'ca' && { ca: pathLength === undefined ? {} : { pathLength } }),
    });
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { path: ask.kind === 'ca' ? 'parent' : 'authority', message: error.message, reason: error.reason ?? 'policy.chain' };
  }
}
