import { createCipheriv, createDecipheriv, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { DerReader, type DerElement } from '../../der/der-reader.js';
import { tags } from '../../der/tag.js';
import { integer, nullValue, octetString, oid, sequence } from '../../der/der-writer.js';
import { malformed } from '../../invalid.js';
import { containerLimits, writtenIterations } from '../container-limits.js';
import type { RandomBytes } from '../passphrase.js';
import { oids, readAlgorithm, type Algorithm } from './algorithm.js';
import { maxReadIterations, type IterationBudget } from './iteration-budget.js';

const derivePbkdf2 = promisify(pbkdf2);

export interface Encrypted {
  /** AlgorithmIdentifier. */
  algorithmDer: Buffer;
  ciphertext: Buffer;
}

const ciphers: ReadonlyMap<string, { name: string; keyBytes: number; blockBytes: number }> = new Map([
  [oids.aes128Cbc, { name: 'aes-128-cbc', keyBytes: 16, blockBytes: 16 }],
  [oids.aes192Cbc, { name: 'aes-192-cbc', keyBytes: 24, blockBytes: 16 }],
  [oids.aes256Cbc, { name: 'aes-256-cbc', keyBytes: 32, blockBytes: 16 }],
  [oids.tripleDesCbc, { name: 'des-ede3-cbc', keyBytes: 24, blockBytes: 8 }],
]);

/** HMAC algorithms by identifier, as hash names of `node:crypto`. */
export const hmacs: ReadonlyMap<string, string> = new Map([
  [oids.hmacSha1, 'sha1'],
  [oids.hmacSha224, 'sha224'],
  [oids.hmacSha256, 'sha256'],
  [oids.hmacSha384, 'sha384'],
  [oids.hmacSha512, 'sha512'],
]);

/** AES-256-CBC under PBKDF2-HMAC-SHA256 (RFC 8018 §6.2): read by OpenSSL ≥ 1.0, Java ≥ 8u301, Windows ≥ 10 1809. */
export async function encryptPbes2(plain: Uint8Array, passphrase: string, random: RandomBytes): Promise<Encrypted> {
  const salt = random(16);
  const iv = random(16);
  const key = await derivePbkdf2(Buffer.from(passphrase, 'utf8'), salt, writtenIterations.modern, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);

  const prf = sequence(oid(oids.hmacSha256), nullValue());
  const derivation = sequence(oid(oids.pbkdf2), sequence(octetString(salt), integer(writtenIterations.modern), prf));
  const scheme = sequence(oid(oids.aes256Cbc), octetString(iv));
  return { algorithmDer: sequence(oid(oids.pbes2), sequence(derivation, scheme)), ciphertext };
}

/** @returns null when the passphrase does not open it */
export async function decryptPbes2(parameters: DerElement | undefined, ciphertext: Uint8Array, passphrase: string, budget: IterationBudget): Promise<Buffer | null> {
  if (parameters === undefined) throw malformed('the encryption has no parameters');
  const reader = DerReader.over(parameters.raw).enter();
  const derivation = readAlgorithm(reader);
  const scheme = readAlgorithm(reader);
  reader.finish();

  const cipher = ciphers.get(scheme.oid);
  if (cipher === undefined) throw malformed(`the cipher ${scheme.oid} is not supported (AES-CBC and triple DES are)`);
  const iv = scheme.parameters?.tag === tags.octetString ? scheme.parameters.content : undefined;
  if (iv?.length !== cipher.blockBytes) throw malformed('the initialisation vector has the wrong length');

  const key = await deriveKey(derivation, Buffer.from(passphrase, 'utf8'), cipher.keyBytes, budget);
  return decipher(cipher.name, key, iv, ciphertext);
}

/** Null instead of an error for bad padding: the passphrase is wrong. */
export function decipher(name: string, key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Buffer | null {
  const opened = createDecipheriv(name, key, iv);
  try {
    return Buffer.concat([opened.update(ciphertext), opened.final()]);
  } catch {
    return null;
  }
}

/** Runs the key derivation function of PBES2 or PBMAC1. */
export async function deriveKey(derivation: Algorithm, passphrase: Uint8Array, keyBytes: number, budget: IterationBudget): Promise<Buffer> {
  if (derivation.parameters === undefined) throw malformed('the key derivation has no parameters');
  const reader = DerReader.over(derivation.parameters.raw).enter();
  if (derivation.oid === oids.pbkdf2) return runPbkdf2(reader, passphrase, keyBytes, budget);
  if (derivation.oid === oids.scrypt) return runScrypt(reader, passphrase, keyBytes);
  throw malformed(`the key derivation ${derivation.oid} is not supported (PBKDF2 and scrypt are)`);
}

async function runPbkdf2(reader: DerReader, passphrase: Uint8Array, keyBytes: number, budget: IterationBudget): Promise<Buffer> {
  const salt = readSalt(reader);
  const iterations = reader.smallInteger(maxReadIterations);
  readKeyLength(reader, keyBytes);
  const prf = reader.isAtEnd ? oids.hmacSha1 : readAlgorithm(reader).oid;
  reader.finish();
  const hash = hmacs.get(prf);
  if (hash === undefined) throw malformed(`the pseudo-random function ${prf} is not supported (HMAC with SHA-1 and SHA-2 are)`);
  budget.spend(iterations);
  return derivePbkdf2(passphrase, salt, iterations, keyBytes, hash);
}

async function runScrypt(reader: DerReader, passphrase: Uint8Array, keyBytes: number): Promise<Buffer> {
  const salt = readSalt(reader);
  const cost = reader.smallInteger(maxReadIterations);
  const blockSize = reader.smallInteger(maxReadIterations);
  const lanes = reader.smallInteger(maxReadIterations);
  readKeyLength(reader, keyBytes);
  reader.finish();
  if (cost < 2 || (cost & (cost - 1)) !== 0 || blockSize < 1 || lanes < 1) throw malformed('the scrypt parameters are not valid');
  if (128 * cost * blockSize > containerLimits.scryptBytes || lanes > containerLimits.scryptLanes) {
    throw malformed(`the scrypt parameters ask for more than ${containerLimits.scryptBytes} bytes or ${containerLimits.scryptLanes} lanes`);
  }
  return new Promise((resolve, reject) => {
    const settings = { N: cost, r: blockSize, p: lanes, maxmem: 2 * containerLimits.scryptBytes };
    scrypt(passphrase, salt, keyBytes, settings, (error, key) => (error === null ? resolve(key) : reject(malformed('the scrypt parameters are not valid', error))));
  });
}

function readSalt(reader: DerReader): Buffer {
  const salt = reader.octetString();
  if (salt.length > containerLimits.saltBytes) throw malformed(`the salt has more than ${containerLimits.saltBytes} bytes`);
  return salt;
}

function readKeyLength(reader: DerReader, keyBytes: number): void {
  if (reader.peek() !== tags.integer) return;
  if (reader.smallInteger(maxReadIterations) !== keyBytes) throw malformed('the derived key has the wrong length for its cipher');
}
