import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow, isAdmin, type AccessRules } from '@sifaka/authz';
import type { InputOf, IssueAnswer, issueCertificate, Principal } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import type { Requester } from '@sifaka/plugin-sdk';
import { ACCESS_RULES } from '../access-rules.js';
import type { AuthorityState } from '../authority/authority-directory.js';
import { JudgeIssuance, type JudgedDraft } from '../issuance/judge-issuance.js';
import { References, type Referred } from '../issuance/references.js';
import { requestIdentity, type RequestIdentity } from '../issuance/request-identity.js';
import { AskOutside } from '../pending/ask-outside.js';
import { askedNames } from '../pending/asked-names.js';
import type { Requested } from '../pending/pending-certificate.js';
import { MintCertificate, type Prepared } from './mint-certificate.js';
import { customName } from './new-certificate.js';
import { ObtainCertificate } from './obtain-certificate.js';

type Input = InputOf<typeof issueCertificate>;

/** Obtains a certificate from an authority: permission, policy, key, signature, one row with all that hangs on it. */
@Injectable()
export class IssueCertificate {
  constructor(
    private readonly references: References,
    private readonly judge: JudgeIssuance,
    private readonly mint: MintCertificate,
    private readonly obtain: ObtainCertificate,
    private readonly outside: AskOutside,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal, signal }: CallContext): Promise<IssueAnswer> {
    const request = requestIdentity(principal, input);
    const found = await this.references.find({ ...input, requestKey: request?.key ?? null });
    const { authority } = found;
    if (authority === null) throw new Error('a certificate was asked of no authority');

    allow(principal, 'certificate:issue', authority, this.rules);
    for (const replaced of found.replaces) allow(principal, 'certificate:replace', replaced, this.rules);

    const answered = await this.outside.answeredBefore(request, found.repeated, signal);
    if (answered !== null) return answered;
    const draft = await this.judge.run('leaf', { ...input, keyType: input.keyType ?? defaultKeyType }, authority, principal);
    assertNameable(draft, input.name);
    const prepared = await this.mint.prepare(draft, authority, { requester: requesterOf(principal, authority), signal });
    const requested = requestedOf({ input, principal, request, found, authority, draft, prepared });
    return this.obtain.run(requested, prepared, signal);
  }
}

const defaultKeyType = 'ECCPRIME256V1';

interface Parts {
  input: Input;
  principal: Principal;
  request: RequestIdentity | null;
  found: Referred;
  authority: AuthorityState;
  draft: JudgedDraft;
  prepared: Prepared;
}

function requestedOf({ input, principal, request, found, authority, draft, prepared }: Parts): Requested {
  return {
    authority,
    csrDer: prepared.csrDer,
    keyId: prepared.key?.keyId ?? null,
    requestId: prepared.request.requestId,
    commonName: draft.commonName,
    names: askedNames(draft),
    owner: input.owner.toLowerCase(),
    ownerRoleId: input.ownerRoleId,
    // CE-4.
    roleIds: [...new Set([...input.roleIds, input.ownerRoleId, authority.ownerRoleId])],
    description: input.description,
    notify: input.notify,
    rotation: input.rotation,
    rotationPolicy: found.rotationPolicy,
    name: input.name,
    replaces: found.replaces.map(({ id }) => id),
    dnsProviderId: input.dnsProviderId,
    destinationIds: input.destinationIds,
    notificationIds: input.notificationIds,
    request,
    storeBefore: found.storeBefore,
    principal,
    at: prepared.startedAt,
  };
}

function requesterOf(principal: Principal, authority: AuthorityState): Requester | null {
  if (principal.kind === 'system') return null;
  const { username, email, roles } = principal;
  const authorityRoles = roles.filter(({ id }) => authority.roleIds.includes(id) || id === authority.ownerRoleId).map(({ name }) => name);
  return { username, email, isAdmin: isAdmin(principal), authorityRoles };
}

/** Before anything is made: without host and common name there is nothing to name it after (NM-2), and a name must fit. */
function assertNameable({ commonName, extensions, ssh }: JudgedDraft, name: string | null): void {
  const custom = customName(name);
  const isNamed = commonName !== null || custom !== '' || ssh !== null || (extensions.subjectAltNames ?? []).some(({ type }) => type === 'dns' || type === 'ip' || type === 'network');
  if (isNamed) return;
  const message = 'the certificate has neither a common name nor a DNS or IP name: give it a name';
  throw new AppError('invalid_argument', `name: ${message}`, { reason: 'policy.name_missing', fields: [{ path: 'name', message }] });
}
