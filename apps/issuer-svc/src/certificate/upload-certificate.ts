import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { allow, mayEnterAnyDomain, type AccessRules } from '@sifaka/authz';
import type { CertificateRecord, InputOf, Principal, uploadCertificate } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { parseCertificate, parsePemChain, parsePrivateKey, toPkcs8Der } from '@sifaka/pki';
import { comply, namesOfRequest, uploadPolicy, type UploadInput } from '@sifaka/policy';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import type { AuthorityState } from '../authority/authority-directory.js';
import { DomainRules } from '../issuance/domain-rules.js';
import { csrOf } from '../issuance/judge-issuance.js';
import { References } from '../issuance/references.js';
import { refusing } from '../issuance/refusing.js';
import { requestIdentity } from '../issuance/request-identity.js';
import { KeyVault } from '../keys/key-vault.js';
import { Filing } from './filing.js';
import { assertX509 } from './format.js';

type Input = InputOf<typeof uploadCertificate>;
type Read = Pick<UploadInput, 'certificate' | 'chain' | 'key' | 'csr'>;

/** Takes a certificate that exists already into the inventory, with its key if it comes along. */
@Injectable()
export class UploadCertificate {
  constructor(
    private readonly references: References,
    private readonly domains: DomainRules,
    private readonly keys: KeyVault,
    private readonly filing: Filing,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<CertificateRecord> {
    allow(principal, 'certificate:upload', null, this.rules);
    const request = requestIdentity(principal, input);
    const found = await this.references.find({ authority: input.authority, rotationPolicy: input.rotationPolicy ?? null, replaces: input.replaces, requestKey: request?.key ?? null });
    const { authority } = found;
    allow(principal, 'certificate:upload', authority, this.rules);
    if (input.externalId !== null && authority === null) throw externalIdAlone();
    if (authority !== null) assertX509(authority, 'an upload');
    for (const replaced of found.replaces) allow(principal, 'certificate:replace', replaced, this.rules);

    const answered = await this.filing.answeredBefore(request, found.repeated);
    if (answered !== null) return answered;
    const read = readUpload(input);
    await this.judge(read, input, principal);
    const key = read.key === null ? null : await this.keys.import(toPkcs8Der(read.key), 'certificate');
    const certificate = {
      facts: read.certificate,
      csrDer: read.csr?.der ?? null,
      keyId: key?.keyId ?? null,
      externalId: input.externalId,
      owner: input.owner.toLowerCase(),
      ownerRoleId: input.ownerRoleId,
      roleIds: rolesOf(input, authority),
      description: input.description,
      notify: input.notify,
      // UP-4; the policy counts once somebody switches it on.
      rotation: false,
      rotationPolicy: found.rotationPolicy,
      name: input.name,
      authorityId: authority?.id ?? null,
      rootAuthorityId: null,
      replaces: found.replaces.map(({ id }) => id),
      destinationIds: input.destinationIds,
      notificationIds: input.notificationIds,
      request,
      storeBefore: found.storeBefore,
      principal,
      at: this.clock.now(),
    };
    return this.filing.add('imported', certificate, read.chain.map(({ der }) => der), authority);
  }

  private async judge(read: Read, { name }: Input, principal: Principal): Promise<void> {
    const entersAnyDomain = mayEnterAnyDomain(principal, this.rules);
    const sensitiveNames = await this.domains.sensitiveAmong(entersAnyDomain ? [] : namesOfRequest(read.csr));
    comply(uploadPolicy, { ...read, name, caller: { entersAnyDomain }, allowedDomains: this.domains.allowed, sensitiveNames });
  }
}

/** @throws AppError `invalid_argument` on the field that cannot be read */
function readUpload({ body, chain, privateKey, csr }: Input): Read {
  return {
    certificate: refusing('body', () => parseCertificate(body)),
    chain: isBlank(chain) ? [] : refusing('chain', () => parsePemChain(chain)),
    key: isBlank(privateKey) ? null : refusing('privateKey', () => parsePrivateKey(privateKey)),
    csr: csrOf(csr),
  };
}

/** UP-2. */
function rolesOf({ roleIds, ownerRoleId }: Input, authority: AuthorityState | null): number[] {
  return [...new Set([...roleIds, ownerRoleId, ...(authority === null ? [] : [authority.ownerRoleId])])];
}

const isBlank = (text: string | null): text is null => text === null || text.trim() === '';

const externalIdAlone = (): AppError =>
  new AppError('permission_denied', 'externalId is the name that an authority gives a certificate: name the authority, too', { reason: 'certificate.external_id_alone' });
