import type { DerReader } from '../der/der-reader.js';
import type { Extensions } from './extensions.js';

/** Extensions that could be read, and the identifiers of those that could not. */
export interface ParsedExtensions {
  readonly extensions: Extensions;
  readonly undecodable: readonly string[];
}

/** Reads the `Extensions` SEQUENCE at the cursor; an extension that cannot be decoded is left out, never an error. */
export function parseExtensions(_reader: DerReader): ParsedExtensions {
  throw new Error('not built');
}
