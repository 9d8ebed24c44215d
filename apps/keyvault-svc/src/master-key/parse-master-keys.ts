import { z } from 'zod';
import { masterKeyBytes } from './master-key.js';

/**
 * One master key or several, first writes: a list, or text with white space, commas or line ends between them; each 32 bytes
 * as hex, base64 or base64url. Messages never repeat what was given.
 */
export const MasterKeyTexts = z.union([z.string(), z.array(z.string())]).transform((given, context) => {
  const texts = (typeof given === 'string' ? [given] : given).flatMap(split);
  if (texts.length === 0) context.addIssue('holds no key: 32 random bytes are needed, as `openssl rand -base64 32` prints them');
  if (texts.length > maxKeys) context.addIssue(`holds ${texts.length} keys, at most ${maxKeys} are read`);
  const keys = texts.map((text, index) => {
    const bytes = decode(text);
    if (bytes === null) context.addIssue(`key ${index + 1} of ${texts.length} is not 32 bytes in hex, base64 or base64url`);
    else if (bytes.every((byte) => byte === 0)) context.addIssue(`key ${index + 1} of ${texts.length} is all zero`);
    return bytes ?? Buffer.alloc(0);
  });
  return keys;
});

/** Every key doubles the work of nothing, but a list this long is a pasted accident. */
const maxKeys = 50;

// Brackets and quotes: lists are also written as JSON or Python literals.
const split = (text: string): string[] => text.split(/[\s,;"'[\]]+/).filter((part) => part !== '');

function decode(text: string): Buffer | null {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : fromBase64(text);
  return bytes?.length === masterKeyBytes ? bytes : null;
}

function fromBase64(text: string): Buffer | null {
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64url') : null;
}
