import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readAlgorithm, type Algorithm } from '../containers/encryption/algorithm.js';
import { IterationBudget } from '../containers/encryption/iteration-budget.js';
import { decryptWithPassphrase } from '../containers/encryption/password-encryption.js';
import { checkGivenPassphrase } from '../containers/passphrase.js';
import { readOnly, type DerReader } from '../der/der-reader.js';
import { integer, sequence } from '../der/der-writer.js';
import { decodePem, type PemBlock } from '../der/pem.js';
import { tags } from '../der/tag.js';
import { invalidField } from '../invalid.js';
import { badKey, fromPkcs8Der, importKey, isConsistent } from './private-key.js';

/**
 * Reads one private key, PEM text or DER: PKCS#8 (both versions), PKCS#1, SEC1. PEM may have CRLF, other blocks (EC PARAMETERS,
 * certificates) and text around it, but one key only. The key signs once, to prove that its halves belong together; keys that the product
 * wrote itself are read faster by `fromPkcs8Der`.
 *
 * @throws AppError `invalid_argument`, field `privateKey`, never with bytes of the key
 */
export function parsePrivateKey(input: string | Uint8Array): KeyObject {
  const found = locate(input);
  if (found.form === 'encrypted' || found.form === 'encrypted-pem') throw badKey('is encrypted, and no passphrase was given');
  return load(found);
}

/**
 * As `parsePrivateKey`, and also opens encrypted PKCS#8 and encrypted traditional PEM.
 *
 * @throws AppError `invalid_argument`, field `privateKey`, or `passphrase` when it does not open the key
 */
export async function parseEncryptedPrivateKey(input: string | Uint8Array, passphrase: string): Promise<KeyObject> {
  const found = locate(input);
  checkGivenPassphrase(passphrase);
  if (found.form === 'encrypted') return openPkcs8(found.algorithm, found.ciphertext, passphrase, new IterationBudget());
  if (found.form === 'encrypted-pem') return openTraditional(found.pem, passphrase);
  return load(found);
}

/** Opens EncryptedPrivateKeyInfo contents (RFC 5958 §3). */
export async function openPkcs8(algorithm: Algorithm, ciphertext: Uint8Array, passphrase: string, budget: IterationBudget): Promise<KeyObject> {
  const plain = await decryptWithPassphrase(algorithm, ciphertext, passphrase, budget);
  if (plain === null) throw wrongPassphrase();
  try {
    return load(classify(plain));
  } catch {
    // One wrong passphrase in 256 leaves a padding that looks right.
    throw wrongPassphrase();
  }
}

type Located =
  | { form: 'pkcs8' | 'pkcs1' | 'sec1'; der: Uint8Array }
  | { form: 'encrypted'; algorithm: Algorithm; ciphertext: Uint8Array }
  /** RFC 1421 encryption: the IV stands in a header of the text. */
  | { form: 'encrypted-pem'; pem: string };

const keyLabels = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

function locate(input: string | Uint8Array): Located {
  if (typeof input !== 'string') return classify(input);
  const blocks = readBlocks(input);
  const [block, second] = blocks.filter(({ label }) => keyLabels.includes(label));
  if (second !== undefined) throw badKey('the text holds more than one private key');
  if (block === undefined) {
    const other = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
    if (other !== undefined) throw badKey(`PEM block "${other.label}" is not a kind of key that is accepted (${keyLabels.join(', ')})`);
    throw badKey(`there is no private key in the text: a PEM block ${keyLabels.map((label) => `"${label}"`).join(' or ')} was expected`);
  }
  if (block.headers['DEK-Info'] !== undefined) return { form: 'encrypted-pem', pem: rebuild(block) };
  return classify(block.bytes);
}

function readBlocks(text: string): PemBlock[] {
  try {
    return decodePem(text);
  } catch {
    throw badKey('the PEM text is damaged: a block has no end line, or holds something other than base64');
  }
}

/** Tells the forms apart by their first two elements. */
function classify(der: Uint8Array): Located {
  try {
    const reader = readOnly(der);
    if (reader.peek() === tags.sequence) {
      const algorithm = readAlgorithm(reader);
      const ciphertext = reader.octetString();
      reader.finish();
      return { form: 'encrypted', algorithm, ciphertext };
    }
    const version = reader.smallInteger(1);
    if (reader.peek() === tags.sequence) return { form: 'pkcs8', der: version === 0 ? der : firstVersion(reader) };
    if (reader.peek() === tags.octetString) return { form: 'sec1', der };
    if (reader.peek() === tags.integer) return { form: 'pkcs1', der };
  } catch {
    throw badKey('is not a private key: the bytes are damaged');
  }
  throw badKey('is not a private key in PKCS#8, PKCS#1 or SEC1 form');
}

/** OneAsymmetricKey (RFC 5958) without the public key that OpenSSL 3.0 stumbles over. */
function firstVersion(afterVersion: DerReader): Buffer {
  return sequence(integer(0), afterVersion.read(tags.sequence).raw, afterVersion.read(tags.octetString).raw);
}

function load(found: Located): KeyObject {
  switch (found.form) {
    case 'pkcs8':
    case 'pkcs1':
    case 'sec1':
      return consistent(importKey(found.der, found.form));
    default:
      throw badKey('is encrypted twice');
  }
}

function consistent(key: KeyObject): KeyObject {
  if (!isConsistent(key)) throw badKey('its private half does not belong to its public half');
  return key;
}

function rebuild({ label, headers, bytes }: PemBlock): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`-----BEGIN ${label}-----`, ...head, '', ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The derivation is one round of MD5, so node may do it at once. */
function openTraditional(pem: string, passphrase: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch {
    throw wrongPassphrase();
  }
  return consistent(fromPkcs8Der(key.export({ format: 'der', type: 'pkcs8' })));
}

const wrongPassphrase = () => invalidField('passphrase', 'does not open the private key, or the key is damaged');
