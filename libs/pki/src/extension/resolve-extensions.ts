import type { ExtensionRequest, Extensions, IssuerIdentity } from './extensions.js';

/** Turns the wished identifiers into values; SKI is always set, AKI too when there is an issuer (null: self-signed, its own key). */
export function resolveExtensions(_request: ExtensionRequest, _spki: Uint8Array, _issuer: IssuerIdentity | null): Extensions {
  throw new Error('not built');
}
