import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import type { AuthorityRecord, createAuthority, InputOf } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { encodeName } from '@sifaka/pki';
import { refuseReferences, type StoredOption } from '@sifaka/plugin-host';
import type { AuthorityOutcome, Issuer } from '@sifaka/plugin-sdk';
import { ACCESS_RULES } from '../access-rules.js';
import { JudgeIssuance, type JudgedDraft } from '../issuance/judge-issuance.js';
import { References } from '../issuance/references.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { issuerAuthority, type AuthorityState } from './authority-directory.js';
import { AuthorityRepository } from './authority.repository.js';
import { FoundAuthority } from './found-authority.js';

type Input = InputOf<typeof createAuthority>;

/** Makes a root, or an authority below another one. */
@Injectable()
export class CreateAuthority {
  constructor(
    private readonly references: References,
    private readonly judge: JudgeIssuance,
    private readonly issuers: IssuerPlugins,
    private readonly authorities: AuthorityRepository,
    private readonly found: FoundAuthority,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<AuthorityRecord> {
    // First without parent: whoever may create none learns nothing about which there are.
    allow(principal, 'authority:create', null, this.rules);
    const asked = input.type === 'root' ? null : parentRef(input);
    const { authority: parent, storeBefore } = await this.references.find({ authority: asked, authorityPath: 'parent', rotationPolicy: null, replaces: [], requestKey: null });
    allow(principal, 'authority:create', parent, this.rules);
    await this.authorities.assertNameIsFree(input.name);

    const draft = await this.judge.run('ca', { ...input, csr: null }, parent, principal);
    const options = optionsOf(input);
    const outcome = await this.issuers.proven(input.plugin.slug, options, {}, (issuer) => mint(issuer, input, { draft, parent, options }));
    return this.found.add({
      name: input.name,
      owner: input.owner.toLowerCase(),
      ownerRoleId: input.ownerRoleId,
      roleIds: authorityRoles(input),
      description: input.description,
      pluginSlug: input.plugin.slug,
      options: options === null ? null : await this.issuers.withoutSecrets(input.plugin.slug, options, `authority ${input.name}`),
      parentId: parent?.id ?? null,
      format: outcome.format ?? 'x509',
      commonName: draft.commonName,
      notBefore: draft.notBefore,
      notAfter: draft.notAfter,
      certificateDer: outcome.certificateDer,
      chainDer: outcome.chainDer,
      keyId: outcome.keyId,
      externalId: outcome.externalId,
      door: 'authority',
      storeBefore,
      principal,
    });
  }
}

async function mint(issuer: Issuer, { name, plugin }: Input, { draft, parent, options }: Parts): Promise<AuthorityOutcome> {
  if (issuer.createAuthority === undefined) {
    throw new AppError('failed_precondition', `issuer plugin "${plugin.slug}" makes no authorities`, { reason: 'issuer.no_authorities' });
  }
  return issuer.createAuthority({
    name,
    parent: parent === null ? null : issuerAuthority(parent),
    keyType: draft.keyType,
    subjectDer: encodeName(draft.subject),
    extensions: draft.extensions,
    notBefore: draft.notBefore,
    notAfter: draft.notAfter,
    hash: draft.hash,
    options,
    requestId: newId(),
  });
}

interface Parts {
  draft: JudgedDraft;
  parent: AuthorityState | null;
  options: StoredOption[] | null;
}

/** AU-2. */
export function authorityRoles({ roleIds, ownerRoleId, adminRoleId, operatorRoleId }: Pick<Input, 'roleIds' | 'ownerRoleId' | 'adminRoleId' | 'operatorRoleId'>): number[] {
  return [...new Set([...roleIds, adminRoleId, operatorRoleId, ownerRoleId])];
}

/** AU-7: none given is none stored. */
function optionsOf({ plugin }: Input): StoredOption[] | null {
  if (plugin.pluginOptions.length === 0) return null;
  refuseReferences(plugin.pluginOptions, null, 'plugin.pluginOptions');
  return plugin.pluginOptions;
}

function parentRef({ parent }: Input): NonNullable<Input['parent']> {
  if (parent !== null) return parent;
  const message = 'an authority of type subca needs a parent';
  throw new AppError('invalid_argument', `Schema.parent: ${message}`, { reason: 'authority.parent_missing', fields: [{ path: 'Schema.parent', message }] });
}
