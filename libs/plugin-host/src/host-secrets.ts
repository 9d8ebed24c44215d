import { deleteSecrets, putSecrets, resolveSecrets, type ServiceName, type SystemPrincipal } from '@sifaka/contracts';
import type { RpcClient } from '@sifaka/messaging';
import { isEmpty, isSecretRef, secretRefs, type StoredOption } from './stored-options.js';

/** Secrets of a service in the key vault. */
export interface HostSecrets {
  putSecrets(secrets: { value: string; label: string }[]): Promise<string[]>;
  /** In the order asked. @throws AppError `not_found` for a reference that is not this service's */
  resolveSecrets(refs: string[]): Promise<string[]>;
  deleteSecrets(refs: string[]): Promise<void>;
}

/** Secrets by the bus: stored as the caller in progress, read and deleted on the service's own account. */
export function secretsByRpc(rpc: RpcClient, service: ServiceName): HostSecrets {
  const principal: SystemPrincipal = { kind: 'system', service };
  return {
    putSecrets: async (secrets) => (secrets.length === 0 ? [] : (await rpc.call(putSecrets, { secrets })).refs),
    resolveSecrets: async (refs) => (refs.length === 0 ? [] : (await rpc.call(resolveSecrets, { refs }, { principal })).values),
    deleteSecrets: async (refs) => {
      if (refs.length > 0) await rpc.call(deleteSecrets, { refs }, { principal });
    },
  };
}

/** Puts the values of secret options into the key vault and references in their place. */
export async function withoutSecrets(secrets: HostSecrets, names: ReadonlySet<string>, options: readonly StoredOption[], label: string): Promise<StoredOption[]> {
  const open = options.flatMap(({ name, value }, index) => (names.has(name) && typeof value === 'string' && !isEmpty(value) && !isSecretRef(value) ? [{ index, name, value }] : []));
  const refs = await secrets.putSecrets(open.map(({ name, value }) => ({ value, label: `${label}: ${name}`.slice(0, maxLabel) })));
  const refAt = new Map(open.map(({ index }, place) => [index, refs[place] ?? null]));
  return options.map((option, index) => (refAt.has(index) ? { ...option, value: refAt.get(index) ?? null } : option));
}

/** Options with the secrets in place of their references: for the moment of use. */
export async function withSecrets(secrets: HostSecrets, options: readonly StoredOption[] | null): Promise<StoredOption[]> {
  const refs = secretRefs(options);
  const values = await secrets.resolveSecrets(refs);
  return (options ?? []).map((option) => (isSecretRef(option.value) ? { ...option, value: values[refs.indexOf(option.value)] ?? null } : option));
}

/** What the key vault takes. */
const maxLabel = 256;
