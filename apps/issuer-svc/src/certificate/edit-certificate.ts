import { Inject, Injectable } from '@nestjs/common';
import { allow, type AccessRules } from '@sifaka/authz';
import type {
  CertificateRecord,
  changeCertificateOwner,
  describeCertificate,
  InputOf,
  switchCertificate,
  updateCertificate,
} from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { defaultPolicyName } from '@sifaka/policy';
import { ACCESS_RULES } from '../access-rules.js';
import { References } from '../issuance/references.js';
import { AuthorizeCertificateWrite } from './authorize-certificate-write.js';
import { CertificateRepository, type StoredCertificate } from './certificate.repository.js';
import { ChangeCertificate } from './change-certificate.js';
import { Filing } from './filing.js';

const edit = { log: 'update_cert', action: 'certificate.updated' } as const;

/** Replaces description, roles and replacements; absent is empty (ED-1). Flags and rotation policy that are absent stay. */
@Injectable()
export class UpdateCertificate {
  constructor(
    private readonly references: References,
    private readonly certificates: CertificateRepository,
    private readonly changes: ChangeCertificate,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: InputOf<typeof updateCertificate>, { principal }: CallContext): Promise<CertificateRecord> {
    allow(principal, 'certificate:write', await this.certificates.get(input.id));
    const policy = input.rotationPolicy === null ? { name: defaultPolicyName } : (input.rotationPolicy ?? null);
    const { replaces, rotationPolicy } = await this.references.find({ authority: null, rotationPolicy: policy, replaces: input.replaces, requestKey: null });
    for (const replaced of replaces) allow(principal, 'certificate:replace', replaced, this.rules);
    return this.changes.run(input.id, principal, (certificate) => ({
      ...edit,
      state: {
        ...ownedBy(input, certificate, input.roleIds),
        description: input.description,
        notify: input.notify ?? certificate.notify,
        rotation: input.rotation ?? certificate.rotation,
        rotationPolicyId: policyOf(input, rotationPolicy, certificate),
      },
      replaces: replaces.map(({ id }) => id),
    }));
  }
}

/** Sets the two flags that are given. */
@Injectable()
export class SwitchCertificate {
  constructor(private readonly changes: ChangeCertificate) {}

  run({ id, notify, rotation }: InputOf<typeof switchCertificate>, { principal }: CallContext): Promise<CertificateRecord> {
    return this.changes.run(id, principal, (certificate) => ({
      ...edit,
      state: { notify: notify ?? certificate.notify, rotation: rotation ?? certificate.rotation },
    }));
  }
}

/** Hands it to another owner: the old owner's role goes, the new one's comes (ED-7). */
@Injectable()
export class ChangeCertificateOwner {
  constructor(private readonly changes: ChangeCertificate) {}

  run(input: InputOf<typeof changeCertificateOwner>, { principal }: CallContext): Promise<CertificateRecord> {
    return this.changes.run(input.id, principal, (certificate) => ({ ...edit, state: ownedBy(input, certificate, certificate.roleIds) }));
  }
}

@Injectable()
export class DescribeCertificate {
  constructor(
    private readonly changes: ChangeCertificate,
    private readonly authorize: AuthorizeCertificateWrite,
    private readonly filing: Filing,
  ) {}

  async run({ id, description }: InputOf<typeof describeCertificate>, call: CallContext): Promise<CertificateRecord> {
    if (description !== null) return this.changes.run(id, call.principal, () => ({ ...edit, state: { description } }));
    await this.authorize.run({ id }, call);
    return this.filing.read(id);
  }
}

/** One that has no policy goes by `default` already: whoever sends a certificate back as it was read changes nothing. */
function policyOf({ rotationPolicy }: InputOf<typeof updateCertificate>, found: { id: number } | null, before: StoredCertificate): number | null {
  if (found === null || (rotationPolicy === null && before.rotationPolicyId === null)) return before.rotationPolicyId;
  return found.id;
}

/** ED-2, ED-4: the owner's role is always attached, that of a former owner no longer. */
function ownedBy(input: { owner: string; ownerRoleId: number }, before: StoredCertificate, roleIds: readonly number[]) {
  const owner = input.owner.toLowerCase();
  const kept = owner === before.owner ? roleIds : roleIds.filter((id) => id !== before.ownerRoleId);
  return { owner, ownerRoleId: input.ownerRoleId, roleIds: [...new Set([...kept, input.ownerRoleId])] };
}
