import { isDate, isNativeError } from 'node:util/types';

const secretName =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|pkcs8|credential|(private|api|master|signing|encryption|data|account|session)[_-]?keys?($|pem|der)|^keys?$|^(jwt|otp|pin)$/i;

const maxDepth = 8;
const maxItems = 200;
const replacement = '[redacted]';

/** A copy of a log object in which every value under a secret-sounding name is replaced, at any depth. */
export function redactFields(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return fields(value, 0);
}

function fields(value: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    result[name] = secretName.test(name) && isTelling(item) ? replacement : redact(item, depth + 1);
  }
  return result;
}

/** Whether there is a token, or that there is none, is no secret. */
function isTelling(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean';
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || isDate(value)) return value;
  if (depth > maxDepth) return '[deep]';
  if (isNativeError(value)) return errorFields(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redact(item, depth + 1));
  if (isSerializable(value)) return redact(value.toJSON(), depth + 1);
  return fields(value, depth);
}

function isSerializable(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function errorFields(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...fields(error, depth),
    ...(error.cause !== undefined && { cause: redact(error.cause, depth + 1) }),
  };
}

// Runs over lines of JSON: an escape is taken whole, and a quotation mark ends the string that a cut-off key stands in.
const pem = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:\\.|[^"\\])*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|(?=")|\\?$)/gs;
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s@"/]+@/gi;
// Without a word boundary before them: the n of an escaped line break is a letter too.
const jsonWebToken = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;
const bearer = /(Bearer|Basic)\s+[\w+/=.~-]{8,}/g;

/** Takes private keys, passwords in addresses and tokens out of a text, wherever in it they stand. */
export function redactText(text: string): string {
  let result = text;
  if (result.includes('PRIVATE KEY-----')) result = result.replace(pem, '[redacted private key]');
  if (result.includes('://')) result = result.replace(urlPassword, `$1${replacement}@`);
  if (result.includes('eyJ')) result = result.replace(jsonWebToken, '[redacted token]');
  if (result.includes('Bearer ') || result.includes('Basic ')) result = result.replace(bearer, `$1 ${replacement}`);
  return result;
}
