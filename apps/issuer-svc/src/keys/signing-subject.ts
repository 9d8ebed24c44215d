import { AsyncLocalStorage } from 'node:async_hooks';

const subjectKeys = new AsyncLocalStorage<string>();

/** Runs an issuance for a key of the vault: signatures that it asks for are written down with that key, whatever the issuer in between passes on. */
export function signingFor<T>(keyId: string | null, work: () => T): T {
  return keyId === null ? work() : subjectKeys.run(keyId, work);
}

/** Key that the certificate in progress is for; null when it is not in the vault. */
export const signingSubject = (): string | null => subjectKeys.getStore() ?? null;
