import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import type { AuthorityRecord, importAuthority, InputOf } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { parseCertificate, parsePemChain, parsePrivateKey, toPkcs8Der } from '@sifaka/pki';
import { authorityImportPolicy, comply } from '@sifaka/policy';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { PreflightRepository } from '../issuance/preflight.repository.js';
import { refusing } from '../issuance/refusing.js';
import { KeyVault } from '../keys/key-vault.js';
import { AuthorityRepository } from './authority.repository.js';
import { authorityRoles } from './create-authority.js';
import { FoundAuthority } from './found-authority.js';

type Input = InputOf<typeof importAuthority>;

/** Takes an existing CA into service: its key moves into the key vault and signs there from now on. */
@Injectable()
export class ImportAuthority {
  constructor(
    private readonly authorities: AuthorityRepository,
    private readonly preflight: PreflightRepository,
    private readonly keys: KeyVault,
    private readonly found: FoundAuthority,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<AuthorityRecord> {
    allow(principal, 'authority:create', null, this.rules);
    await this.authorities.assertNameIsFree(input.name);
    const { storeBefore } = await this.preflight.read({ authority: null, rotationPolicy: null, replaces: [], requestKey: null });

    const certificate = refusing('body', () => parseCertificate(input.body));
    const chain = (input.chain ?? '').trim() === '' ? [] : refusing('chain', () => parsePemChain(input.chain ?? ''));
    const key = refusing('privateKey', () => parsePrivateKey(input.privateKey));
    // A root repeats itself in many chain files.
    const issuers = chain.filter(({ fingerprintSha256 }) => fingerprintSha256 !== certificate.fingerprintSha256);
    comply(authorityImportPolicy, { certificate, chain: issuers, key, now: this.clock.now() });

    await this.authorities.assertCertificateIsUnknown(certificate.fingerprintSha256);
    const [issuer] = issuers;
    const parentId = issuer === undefined ? null : await this.authorities.idOfCertificate(issuer.fingerprintSha256);
    const { keyId } = await this.keys.import(toPkcs8Der(key), 'authority');
    return this.found.add({
      name: input.name,
      owner: input.owner.toLowerCase(),
      ownerRoleId: input.ownerRoleId,
      roleIds: authorityRoles(input),
      description: input.description,
      pluginSlug: importedWith,
      options: null,
      parentId,
      format: 'x509',
      commonName: certificate.cn,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      certificateDer: certificate.der,
      chainDer: issuers.map(({ der }) => der),
      keyId,
      externalId: null,
      door: 'imported',
      storeBefore,
      principal,
    });
  }
}

/** The issuer whose authorities sign with keys of the key vault. */
const importedWith = 'cryptography-issuer';
