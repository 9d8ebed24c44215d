import { isUtf8 } from 'node:buffer';
import { AppError, limits } from '@sifaka/kernel';

/**
 * Reads a JSON body: media type, depth and characters are checked before anything is built from it.
 *
 * Falsy JSON (`null`, `0`, `""`, `false`) counts as an empty object, as Lemur's clients expect; no body at all does not.
 * @throws AppError `invalid_argument`, reason `http.unsupported_media_type` (415) or `http.invalid_json` (400).
 */
export function readJsonBody(raw: unknown, contentType: string | undefined): unknown {
  if (!isJson(contentType))
    throw new AppError('invalid_argument', `content type "${(contentType ?? 'none').slice(0, 80)}" is not accepted: send application/json`, {
      reason: 'http.unsupported_media_type',
    });
  if (!Buffer.isBuffer(raw) || raw.length === 0) throw invalid('the body is empty: send a JSON object');
  if (!isUtf8(raw)) throw invalid('the body is not UTF-8');
  const text = raw.toString('utf8');
  checkDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text, refuseUnsafe);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalid(`the body is not JSON: ${error instanceof SyntaxError ? error.message.slice(0, 160) : 'it cannot be parsed'}`);
  }
  if (Array.isArray(value) && value.length === 0) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  if (!value) return {};
  throw invalid(`the body is ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}: send a JSON object`);
}

const invalid = (detail: string) => new AppError('invalid_argument', detail, { reason: 'http.invalid_json' });

function isJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaType === 'application/json' || /^[\w.!#$&^-]+\/[\w.!#$&^-]+\+json$/.test(mediaType);
}

/** Before parsing: a parser that recurses must not meet ten thousand brackets. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > limits.jsonDepth) throw invalid(`the body is nested deeper than ${limits.jsonDepth} levels`);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

/** Keys that would reach into prototypes, and the character that no text column can hold. */
function refuseUnsafe(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw invalid(`the key "${key}" is not accepted`);
  if (typeof value === 'string' && value.includes('\0')) throw invalid(`the value of "${key.slice(0, 64)}" contains the character U+0000`);
  // Half of a surrogate pair has no UTF-8 form: what is stored would not be what was sent.
  if (typeof value === 'string' && !isWellFormed(value)) throw invalid(`the value of "${key.slice(0, 64)}" contains half a surrogate pair`);
  if (!isWellFormed(key)) throw invalid('a key contains half a surrogate pair');
  if (key.includes('\0')) throw invalid('a key contains the character U+0000');
  return value;
}

/** `String.prototype.isWellFormed`, which the language level of this code does not know yet. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
