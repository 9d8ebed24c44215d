import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow, isAdmin, type AccessRules } from '@sifaka/authz';
import type { InputOf, IssueAnswer, issueCertificate, Principal } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { ACCESS_RULES } from '../access-rules.js';
import type { Requester } from '@sifaka/plugin-sdk';
import type { AuthorityState } from '../authority/authority-directory.js';
import { JudgeIssuance, type JudgedDraft } from '../issuance/judge-issuance.js';
import { References, type Referred } from '../issuance/references.js';
import { requestIdentity, type RequestIdentity } from '../issuance/request-identity.js';
import { Filing } from './filing.js';
import { MintCertificate, type Minted } from './mint-certificate.js';
import type { NewCertificate } from './new-certificate.js';

type Input = InputOf<typeof issueCertificate>;

/** Obtains a certificate from an authority: permission, policy, key, signature, one row with all that hangs on it. */
@Injectable()
export class IssueCertificate {
  constructor(
    private readonly references: References,
    private readonly judge: JudgeIssuance,
    private readonly mint: MintCertificate,
    private readonly filing: Filing,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal, signal }: CallContext): Promise<IssueAnswer> {
    const request = requestIdentity(principal, input);
    const found = await this.references.find({ ...input, requestKey: request?.key ?? null });
    const { authority } = found;
    if (authority === null) throw new Error('a certificate was asked of no authority');

    allow(principal, 'certificate:issue', authority, this.rules);
    for (const replaced of found.replaces) allow(principal, 'certificate:replace', replaced, this.rules);

    const answered = await this.filing.answeredBefore(request, found.repeated);
    if (answered !== null) return { certificate: answered };
    const draft = await this.judge.run('leaf', { ...input, keyType: input.keyType ?? defaultKeyType }, authority, principal);
    assertNameable(draft, input.name);
    const minted = await this.mint.run(draft, authority, { requester: requesterOf(principal, authority), signal });
    const certificate = certificateOf({ input, principal, request, found, authority, minted });
    return { certificate: await this.filing.add('issued', certificate, minted.outcome.chainDer, authority) };
  }
}

const defaultKeyType = 'ECCPRIME256V1';

interface Parts {
  input: Input;
  principal: Principal;
  request: RequestIdentity | null;
  found: Referred;
  authority: AuthorityState;
  minted: Minted;
}

function certificateOf({ input, principal, request, found, authority, minted }: Parts): Omit<NewCertificate, 'chainId'> {
  return {
    facts: minted.facts,
    csrDer: minted.csrDer,
    keyId: minted.key?.keyId ?? null,
    externalId: minted.outcome.externalId,
    owner: input.owner.toLowerCase(),
    ownerRoleId: input.ownerRoleId,
    // CE-4.
    roleIds: [...new Set([...input.roleIds, input.ownerRoleId, authority.ownerRoleId])],
    description: input.description,
    notify: input.notify,
    rotation: input.rotation,
    rotationPolicy: found.rotationPolicy,
    name: input.name,
    authorityId: authority.id,
    rootAuthorityId: null,
    replaces: found.replaces.map(({ id }) => id),
    request,
    storeBefore: found.storeBefore,
    principal,
    at: minted.startedAt,
  };
}

function requesterOf(principal: Principal, authority: AuthorityState): Requester | null {
  if (principal.kind === 'system') return null;
  const { username, email, roles } = principal;
  const authorityRoles = roles.filter(({ id }) => authority.roleIds.includes(id) || id === authority.ownerRoleId).map(({ name }) => name);
  return { username, email, isAdmin: isAdmin(principal), authorityRoles };
}

/** Before anything is made: without host and common name there is nothing to name it after (NM-2). */
function assertNameable({ commonName, extensions }: JudgedDraft, name: string | null): void {
  const isNamed = commonName !== null || (name ?? '').trim() !== '' || (extensions.subjectAltNames ?? []).some(({ type }) => type === 'dns' || type === 'ip' || type === 'network');
  if (isNamed) return;
  const message = 'the certificate has neither a common name nor a DNS or IP name: give it a name';
  throw new AppError('invalid_argument', `name: ${message}`, { reason: 'policy.name_missing', fields: [{ path: 'name', message }] });
}
