import { useSyncExternalStore } from 'react';

/** Of this tab alone, and gone with it: a token that outlives its tab is one more to steal. */
const storageKey = 'sifaka.token';

interface Session {
  token: string | null;
  /** True when the server ended it, so that the login page can say so. */
  wasEnded: boolean;
}

let session: Session = { token: sessionStorage.getItem(storageKey), wasEnded: false };
const listeners = new Set<() => void>();

function change(next: Session): void {
  session = next;
  if (next.token === null) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, next.token);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentToken = (): string | null => session.token;

export const beginSession = (token: string): void => change({ token, wasEnded: false });

/** @param byServer the token was refused: the person did not ask for it. */
export const endSession = (byServer: boolean): void => change({ token: null, wasEnded: byServer && session.token !== null });

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session);
