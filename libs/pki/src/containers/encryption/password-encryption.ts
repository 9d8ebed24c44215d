import { createCipheriv } from 'node:crypto';
import { DerReader, type DerElement } from '../../der/der-reader.js';
import { integer, octetString, oid, sequence } from '../../der/der-writer.js';
import { malformed } from '../../invalid.js';
import { writtenIterations } from '../container-limits.js';
import type { RandomBytes } from '../passphrase.js';
import { oids, refusedCiphers, type Algorithm } from './algorithm.js';
import { IterationBudget, maxReadIterations } from './iteration-budget.js';
import { decipher, decryptPbes2, type Encrypted } from './pbes2.js';
import { bmpPassphrase, kdfPurpose, pkcs12Kdf } from './pkcs12-kdf.js';
import { decryptRc2 } from './rc2.js';

/**
 * Opens what a passphrase protects: PBES2 (PBKDF2 or scrypt, AES-CBC or triple DES) and the triple DES of PKCS#12.
 *
 * @param readsRc2 for certificates alone, which are no secret: files of old programs hide them with it
 * @returns null when the passphrase does not open it; bad padding tells so in all but one of 256 cases
 * @throws AppError `invalid_argument` for ciphers that are not read, and for derivations beyond the limits
 */
export async function decryptWithPassphrase(algorithm: Algorithm, ciphertext: Uint8Array, passphrase: string, budget: IterationBudget, { readsRc2 = false } = {}): Promise<Buffer | null> {
  if (algorithm.oid === oids.pbes2) return decryptPbes2(algorithm.parameters, ciphertext, passphrase, budget);
  if (algorithm.oid === oids.pbeSha1TripleDes) return decryptTripleDes(algorithm.parameters, ciphertext, passphrase, budget, 24);
  if (algorithm.oid === oids.pbeSha1TripleDesTwoKeys) return decryptTripleDes(algorithm.parameters, ciphertext, passphrase, budget, 16);
  const rc2Bits = readsRc2 ? rc2.get(algorithm.oid) : undefined;
  if (rc2Bits !== undefined) return openRc2(algorithm.parameters, ciphertext, passphrase, budget, rc2Bits);
  const refused = refusedCiphers.get(algorithm.oid);
  if (refused !== undefined) throw malformed(`it is encrypted with ${refused}, which is not read: save it again with AES or triple DES ("openssl pkcs12 -legacy" opens it)`);
  throw malformed(`the encryption ${algorithm.oid} is not supported (PBES2 and PKCS#12 triple DES are)`);
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C): what Windows before 10 1809 and Java before 8u301 read. */
export async function encryptTripleDes(plain: Uint8Array, passphrase: string, random: RandomBytes): Promise<Encrypted> {
  const salt = random(8);
  const iterations = writtenIterations.legacy;
  const { key, iv } = await deriveTripleDes({ salt, iterations }, passphrase, new IterationBudget(), 24);
  const cipher = createCipheriv('des-ede3-cbc', key, iv);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { algorithmDer: sequence(oid(oids.pbeSha1TripleDes), sequence(octetString(salt), integer(iterations))), ciphertext };
}

async function decryptTripleDes(parameters: DerElement | undefined, ciphertext: Uint8Array, passphrase: string, budget: IterationBudget, keyBytes: 16 | 24): Promise<Buffer | null> {
  const { key, iv } = await deriveTripleDes(saltAndRounds(parameters), passphrase, budget, keyBytes);
  return decipher('des-ede3-cbc', key, iv, ciphertext);
}

/** pbeWithSHAAnd40BitRC2-CBC and its like with 128 bits (RFC 7292 appendix C). */
const rc2: ReadonlyMap<string, number> = new Map([
  [oids.pbeSha1Rc2, 128],
  [oids.pbeSha1Rc2Short, 40],
]);

async function openRc2(parameters: DerElement | undefined, ciphertext: Uint8Array, passphrase: string, budget: IterationBudget, bits: number): Promise<Buffer | null> {
  const input = { ...saltAndRounds(parameters), hash: 'sha1', passphrase: bmpPassphrase(passphrase) } as const;
  const key = await pkcs12Kdf({ ...input, purpose: kdfPurpose.key, length: bits / 8 }, budget);
  return decryptRc2(key, bits, await pkcs12Kdf({ ...input, purpose: kdfPurpose.iv, length: 8 }, budget), ciphertext);
}

function saltAndRounds(parameters: DerElement | undefined): { salt: Buffer; iterations: number } {
  if (parameters === undefined) throw malformed('the encryption has no parameters');
  const reader = DerReader.over(parameters.raw).enter();
  const salt = reader.octetString();
  const iterations = reader.smallInteger(maxReadIterations);
  reader.finish();
  return { salt, iterations };
}

async function deriveTripleDes(parameters: { salt: Uint8Array; iterations: number }, passphrase: string, budget: IterationBudget, keyBytes: 16 | 24): Promise<{ key: Buffer; iv: Buffer }> {
  const input = { ...parameters, hash: 'sha1', passphrase: bmpPassphrase(passphrase) } as const;
  const key = await pkcs12Kdf({ ...input, purpose: kdfPurpose.key, length: keyBytes }, budget);
  const iv = await pkcs12Kdf({ ...input, purpose: kdfPurpose.iv, length: 8 }, budget);
  // With two keys the third is the first again.
  return { key: keyBytes === 24 ? key : Buffer.concat([key, key.subarray(0, 8)]), iv };
}
