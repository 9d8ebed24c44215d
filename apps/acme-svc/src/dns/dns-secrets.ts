import { Injectable } from '@nestjs/common';
import { deleteSecrets, putSecrets, resolveSecrets, type SystemPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { isSecretRef, secretRefs, type StoredOption } from './stored-options.js';

const self: SystemPrincipal = { kind: 'system', service: 'acme' };
const asService = { principal: self };

/** Credentials of DNS providers: in the key vault, and here for the moment of use. */
@Injectable()
export class DnsSecrets {
  constructor(private readonly rpc: RpcClient) {}

  /** Puts the values of secret options into the key vault and references in their place. */
  async stow(options: readonly StoredOption[], secretNames: ReadonlySet<string>, label: string): Promise<StoredOption[]> {
    const open = options.flatMap(({ name, value }) => (secretNames.has(name) && typeof value === 'string' && !isSecretRef(value) ? [{ name, value }] : []));
    if (open.length === 0) return [...options];
    const secrets = open.map(({ name, value }) => ({ value, label: `DNS provider ${label}: ${name}`.slice(0, 256) }));
    const { refs } = await this.rpc.call(putSecrets, { secrets });
    const refOf = new Map(open.map(({ name }, index) => [name, refs[index] ?? null]));
    return options.map((option) => ({ ...option, value: refOf.get(option.name) ?? option.value }));
  }

  /** Options with the secrets in place of their references. */
  async resolved(options: readonly StoredOption[]): Promise<StoredOption[]> {
    const refs = secretRefs(options);
    if (refs.length === 0) return [...options];
    const { values } = await this.rpc.call(resolveSecrets, { refs }, asService);
    return options.map((option) => (isSecretRef(option.value) ? { ...option, value: values[refs.indexOf(option.value)] ?? null } : option));
  }

  async read(ref: string): Promise<string> {
    const { values } = await this.rpc.call(resolveSecrets, { refs: [ref] }, asService);
    return values[0] ?? '';
  }

  /** Forgets what `before` refers to and `kept` does not. */
  async discard(before: readonly StoredOption[], kept: readonly StoredOption[] = []): Promise<void> {
    const used = new Set(secretRefs(kept));
    const refs = secretRefs(before).filter((ref) => !used.has(ref));
    if (refs.length > 0) await this.rpc.call(deleteSecrets, { refs }, asService);
  }
}
