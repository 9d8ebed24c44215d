import type { ExtensionRequest, Extensions } from './extensions.js';

/**
 * REST `extensions` object → model. Unknown keys and name types are ignored.
 * Errors: `invalid_argument` with the path of the field below `path`.
 */
export function extensionsFromJson(_json: unknown, _path = 'extensions'): ExtensionRequest {
  throw new Error('not built');
}

/** Model → REST `extensions` object: keys only for what is there, `subAltNames.names` always. */
export function extensionsToJson(_extensions: Extensions): Record<string, unknown> {
  throw new Error('not built');
}
