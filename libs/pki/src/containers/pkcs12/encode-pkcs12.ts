import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { bmpString, explicit, implicit, integer, nullValue, octetString, oid, sequence, sequenceOf, setOf } from '../../der/der-writer.js';
import { toPkcs8Der } from '../../keys/private-key.js';
import { writtenIterations } from '../container-limits.js';
import { oids } from '../encryption/algorithm.js';
import { IterationBudget } from '../encryption/iteration-budget.js';
import { encryptTripleDes } from '../encryption/password-encryption.js';
import { encryptPbes2, type Encrypted } from '../encryption/pbes2.js';
import { bmpPassphrase, kdfPurpose, pkcs12Kdf } from '../encryption/pkcs12-kdf.js';
import { checkAlias, checkPassphrase, type RandomBytes } from '../passphrase.js';
import { pkcs12Oids } from './pkcs12-oids.js';

/**
 * `modern`: AES-256-CBC, PBKDF2 and HMAC with SHA-256, as OpenSSL 3 writes it by default. `legacy`: triple DES and HMAC-SHA1, for Windows
 * before 10 1809 and Java before 8u301; OpenSSL 3 opens it as well.
 */
export type Pkcs12Form = 'modern' | 'legacy';

export interface Pkcs12Input {
  privateKey: KeyObject;
  certificateDer: Uint8Array;
  /** Issuer first; may be empty. */
  chainDer: readonly Uint8Array[];
  friendlyName: string;
  passphrase: string;
  form: Pkcs12Form;
  random: RandomBytes;
}

/**
 * PKCS#12 file (RFC 7292) with one key, its certificate and the chain. Key and certificate carry the friendly name and the same local key
 * id, the SHA-1 of the certificate.
 *
 * @throws AppError `invalid_argument`, fields `passphrase` or `alias`
 */
export async function encodePkcs12(input: Pkcs12Input): Promise<Buffer> {
  checkPassphrase(input.passphrase);
  const seal = (plain: Uint8Array): Promise<Encrypted> =>
    input.form === 'modern' ? encryptPbes2(plain, input.passphrase, input.random) : encryptTripleDes(plain, input.passphrase, input.random);

  const attributes = entryAttributes(checkAlias(input.friendlyName), input.certificateDer);
  const certificates = await seal(sequence(certificateBag(input.certificateDer, attributes), ...input.chainDer.map((der) => certificateBag(der))));
  const key = await seal(toPkcs8Der(input.privateKey));
  const keyBag = bag(pkcs12Oids.shroudedKeyBag, sequence(key.algorithmDer, octetString(key.ciphertext)), attributes);

  const safe = sequence(encryptedContent(certificates), dataContent(sequence(keyBag)));
  return sequence(integer(3), dataContent(safe), await macData(safe, input));
}

function entryAttributes(friendlyName: string, certificateDer: Uint8Array): Buffer[] {
  const localKeyId = createHash('sha1').update(certificateDer).digest();
  return [sequence(oid(pkcs12Oids.friendlyName), setOf([bmpString(friendlyName)])), sequence(oid(pkcs12Oids.localKeyId), setOf([octetString(localKeyId)]))];
}

function bag(type: string, value: Uint8Array, attributes: readonly Uint8Array[] = []): Buffer {
  return sequenceOf([oid(type), explicit(0, value), ...(attributes.length === 0 ? [] : [setOf(attributes)])]);
}

function certificateBag(der: Uint8Array, attributes: readonly Uint8Array[] = []): Buffer {
  return bag(pkcs12Oids.certBag, sequence(oid(pkcs12Oids.x509Certificate), explicit(0, octetString(der))), attributes);
}

const dataContent = (content: Uint8Array): Buffer => sequence(oid(pkcs12Oids.data), explicit(0, octetString(content)));

function encryptedContent({ algorithmDer, ciphertext }: Encrypted): Buffer {
  const content = sequence(oid(pkcs12Oids.data), algorithmDer, implicit(0, ciphertext));
  return sequence(oid(pkcs12Oids.encryptedData), explicit(0, sequence(integer(0), content)));
}

async function macData(safe: Uint8Array, { passphrase, form, random }: Pkcs12Input): Promise<Buffer> {
  const [hash, hashOid, length] = form === 'modern' ? (['sha256', oids.sha256, 32] as const) : (['sha1', oids.sha1, 20] as const);
  const iterations = writtenIterations[form];
  const salt = random(form === 'modern' ? 16 : 8);
  const key = await pkcs12Kdf({ hash, passphrase: bmpPassphrase(passphrase), salt, iterations, purpose: kdfPurpose.mac, length }, new IterationBudget());
  const digest = createHmac(hash, key).update(safe).digest();
  return sequence(sequence(sequence(oid(hashOid), nullValue()), octetString(digest)), octetString(salt), integer(iterations));
}
