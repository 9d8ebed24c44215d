import { timingSafeEqual, createHmac, type KeyObject } from 'node:crypto';
import { DerReader, readOnly } from '../../der/der-reader.js';
import { contextPrimitive, tags } from '../../der/tag.js';
import { invalidField, malformed } from '../../invalid.js';
import { openPkcs8, parsePrivateKey } from '../../keys/parse-private-key.js';
import { berToDer } from '../ber.js';
import { containerLimits } from '../container-limits.js';
import { oids, readAlgorithm, type Algorithm } from '../encryption/algorithm.js';
import { IterationBudget, maxReadIterations } from '../encryption/iteration-budget.js';
import { decryptWithPassphrase } from '../encryption/password-encryption.js';
import { deriveKey, hmacs } from '../encryption/pbes2.js';
import { bmpPassphrase, kdfPurpose, pkcs12Kdf, type Pkcs12KdfInput } from '../encryption/pkcs12-kdf.js';
import { checkGivenPassphrase } from '../passphrase.js';
import { pkcs12Oids } from './pkcs12-oids.js';

interface EntryNames {
  friendlyName: string | null;
  /** Hex; the same for a key and its certificate. */
  localKeyId: string | null;
}

export interface Pkcs12Contents {
  keys: ({ privateKey: KeyObject } & EntryNames)[];
  /** In the order of the file. */
  certificates: ({ certificateDer: Buffer } & EntryNames)[];
}

/**
 * Reads a PKCS#12 file: every form that `encodePkcs12` writes, those of OpenSSL, Java, Windows, macOS and Firefox, PBMAC1 (RFC 9579).
 * Secrets, CRLs and other bags are passed over.
 *
 * @throws AppError `invalid_argument`: field `passphrase` when it does not open the file; for RC2 and RC4, damage, and work beyond limits
 */
export async function parsePkcs12(file: Uint8Array, passphrase: string): Promise<Pkcs12Contents> {
  const contents: Pkcs12Contents = { keys: [], certificates: [] };
  const openBag: BagReader = async (type, value, names, { passphrase: given, budget }) => {
    if (type === pkcs12Oids.keyBag) contents.keys.push({ privateKey: parsePrivateKey(value.next().raw), ...names });
    else if (type === pkcs12Oids.shroudedKeyBag) contents.keys.push({ privateKey: await openKey(value.enter(), given, budget), ...names });
    else if (type === pkcs12Oids.certBag) contents.certificates.push({ certificateDer: readCertificate(value.enter()), ...names });
  };
  await readFile(file, passphrase, openBag, false);
  return contents;
}

export interface Pkcs12Certificate extends EntryNames {
  certificateDer: Buffer;
  /** The file says that it has its key. */
  hasKey: boolean;
}

/**
 * The certificates of a PKCS#12 file, in its order. Keys stay as they are, unopened; certificates that are hidden with RC2 are read.
 *
 * @throws AppError as `parsePkcs12`
 */
export async function readPkcs12Certificates(file: Uint8Array, passphrase: string): Promise<Pkcs12Certificate[]> {
  const certificates: (EntryNames & { certificateDer: Buffer })[] = [];
  const keyIds = new Set<string | null>();
  const openBag: BagReader = async (type, value, names) => {
    if (type === pkcs12Oids.certBag) certificates.push({ certificateDer: readCertificate(value.enter()), ...names });
    else if (type === pkcs12Oids.keyBag || type === pkcs12Oids.shroudedKeyBag) keyIds.add(names.localKeyId);
  };
  await readFile(file, passphrase, openBag, true);
  return certificates.map((certificate) => ({ ...certificate, hasKey: certificate.localKeyId !== null && keyIds.has(certificate.localKeyId) }));
}

/** What becomes of one bag; those of other kinds are passed over. */
type BagReader = (type: string, value: DerReader, names: EntryNames, reading: Reading) => Promise<void>;

async function readFile(file: Uint8Array, passphrase: string, openBag: BagReader, readsRc2: boolean): Promise<void> {
  checkGivenPassphrase(passphrase);
  const budget = new IterationBudget();
  const pfx = readOnly(berToDer(file));
  if (pfx.peek() !== tags.integer || pfx.smallInteger(maxReadIterations) !== 3) throw malformed('the file is not PKCS#12 version 3');
  const safe = readData(pfx.enter());
  const mac = pfx.enterOptional(tags.sequence);
  pfx.finish();
  if (mac !== undefined) await checkMac(mac, safe, passphrase, budget);

  const reading: Reading = { passphrase, budget, openBag, readsRc2, entries: 0 };
  const parts = readOnly(berToDer(safe));
  while (!parts.isAtEnd) await readPart(parts.enter(), reading);
}

interface Reading {
  passphrase: string;
  budget: IterationBudget;
  openBag: BagReader;
  readsRc2: boolean;
  /** Bags so far. */
  entries: number;
}

function readData(contentInfo: DerReader): Buffer {
  const type = contentInfo.oid();
  if (type !== pkcs12Oids.data) throw malformed(`the file is protected by a public key (content type ${type}), only passphrases are supported`);
  const data = contentInfo.explicit(0)?.octetString();
  if (data === undefined) throw malformed('the file has no content');
  return data;
}

async function readPart(contentInfo: DerReader, reading: Reading): Promise<void> {
  const type = contentInfo.oid();
  const content = contentInfo.explicit(0);
  if (content === undefined) throw malformed('a part of the file has no content');
  if (type === pkcs12Oids.data) return readBags(content.octetString(), reading);
  if (type !== pkcs12Oids.encryptedData) throw malformed(`a part of the file has the content type ${type}, which is not supported`);

  const encrypted = content.enter();
  encrypted.smallInteger(2);
  const info = encrypted.enter();
  info.oid();
  const algorithm = readAlgorithm(info);
  const plain = await decryptWithPassphrase(algorithm, readCiphertext(info), reading.passphrase, reading.budget, reading);
  if (plain === null) throw wrongPassphrase();
  return readBags(plain, reading);
}

/** `[0] IMPLICIT OCTET STRING`; in pieces in BER files. */
function readCiphertext(info: DerReader): Buffer {
  if (info.peek() === contextPrimitive(0)) return info.next().content;
  const pieces = info.explicit(0);
  const read: Buffer[] = [];
  while (pieces !== undefined && !pieces.isAtEnd) read.push(pieces.octetString());
  return Buffer.concat(read);
}

async function readBags(safeContents: Uint8Array, reading: Reading, depth = 0): Promise<void> {
  const bags = readOnly(berToDer(safeContents));
  while (!bags.isAtEnd) {
    const bag = bags.enter();
    const type = bag.oid();
    const value = bag.explicit(0);
    if (value === undefined) throw malformed('a bag of the file is empty');
    const names = readNames(bag.enterOptional(tags.set));
    if ((reading.entries += 1) > containerLimits.entries) throw malformed(`the file has more than ${containerLimits.entries} entries`);
    if (type !== pkcs12Oids.safeContentsBag) await reading.openBag(type, value, names, reading);
    else if (depth > 0) throw malformed('the bags of the file are nested too deeply');
    else await readBags(value.next().raw, reading, depth + 1);
  }
}

function openKey(info: DerReader, passphrase: string, budget: IterationBudget): Promise<KeyObject> {
  const algorithm = readAlgorithm(info);
  return openPkcs8(algorithm, info.octetString(), passphrase, budget);
}

function readCertificate(certBag: DerReader): Buffer {
  const type = certBag.oid();
  const certificate = certBag.explicit(0)?.octetString();
  if (type !== pkcs12Oids.x509Certificate || certificate === undefined) throw malformed('the file holds a certificate that is not X.509');
  return certificate;
}

function readNames(attributes: DerReader | undefined): EntryNames {
  const names: EntryNames = { friendlyName: null, localKeyId: null };
  while (attributes !== undefined && !attributes.isAtEnd) {
    const attribute = attributes.enter();
    const type = attribute.oid();
    const values = attribute.enter(tags.set);
    if (values.isAtEnd) continue;
    if (type === pkcs12Oids.friendlyName) names.friendlyName = values.string();
    else if (type === pkcs12Oids.localKeyId) names.localKeyId = values.octetString().toString('hex');
  }
  return names;
}

async function checkMac(mac: DerReader, safe: Uint8Array, passphrase: string, budget: IterationBudget): Promise<void> {
  const digestInfo = mac.enter();
  const algorithm = readAlgorithm(digestInfo);
  const expected = digestInfo.octetString();
  const salt = mac.octetString();
  const iterations = mac.isAtEnd ? 1 : mac.smallInteger(maxReadIterations);
  mac.finish();

  if (algorithm.oid === oids.pbmac1) {
    if (!isEqual(await pbmac1(algorithm, safe, passphrase, expected.length, budget), expected)) throw wrongPassphrase();
    return;
  }
  const hash = macHashes.get(algorithm.oid);
  if (hash === undefined) throw malformed(`the file is authenticated with ${algorithm.oid}, which is not supported (SHA-1 and SHA-2 are)`);
  // An empty passphrase is written in two ways: as two zero bytes, or as nothing at all.
  for (const bytes of passphrase === '' ? [bmpPassphrase(''), Buffer.alloc(0)] : [bmpPassphrase(passphrase)]) {
    const key = await pkcs12Kdf({ hash, passphrase: bytes, salt, iterations, purpose: kdfPurpose.mac, length: macLengths[hash] }, budget);
    if (isEqual(createHmac(hash, key).update(safe).digest(), expected)) return;
  }
  throw wrongPassphrase();
}

async function pbmac1(algorithm: Algorithm, safe: Uint8Array, passphrase: string, length: number, budget: IterationBudget): Promise<Buffer> {
  if (algorithm.parameters === undefined) throw malformed('the authentication of the file has no parameters');
  const parameters = DerReader.over(algorithm.parameters.raw).enter();
  const derivation = readAlgorithm(parameters);
  const hash = hmacs.get(readAlgorithm(parameters).oid);
  parameters.finish();
  if (hash === undefined) throw malformed('the authentication of the file is not HMAC with SHA-1 or SHA-2');
  if (length < 20 || length > 64) throw malformed('the authentication code of the file has the wrong length');
  const key = await deriveKey(derivation, Buffer.from(passphrase, 'utf8'), length, budget);
  return createHmac(hash, key).update(safe).digest();
}

const macHashes: ReadonlyMap<string, Pkcs12KdfInput['hash']> = new Map([
  [oids.sha1, 'sha1'],
  [oids.sha224, 'sha224'],
  [oids.sha256, 'sha256'],
  [oids.sha384, 'sha384'],
  [oids.sha512, 'sha512'],
]);

const macLengths = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

const wrongPassphrase = () => invalidField('passphrase', 'does not open the file, or the file is damaged');
