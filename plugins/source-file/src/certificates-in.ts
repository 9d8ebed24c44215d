import { isAppError } from '@sifaka/kernel';
import { parsePkcs7, readJksCertificates, readPkcs12Certificates } from '@sifaka/pki';

/** Certificates that belong together, of which paths are made. */
export interface Group {
  /** Alias in a key store; null elsewhere. */
  alias: string | null;
  certificatesDer: Buffer[];
  /** The first is the leaf and the others are its chain, whatever they say. */
  isOrdered: boolean;
}

export interface Contents {
  groups: Group[];
  /** What of the file could not be read. */
  faults: string[];
  /** None of the passwords opens it: what it holds is not known. */
  isLocked: boolean;
}

/** Of one file; the trust store of a system has about 150. */
const maxCertificates = 1_000;

const javaStores = new Set([0xfeedfeed, 0xcececece]);
const sequenceTag = 0x30;

/** Everything that is a certificate in a file of whatever form. Keys in it are passed over. */
export async function certificatesIn(bytes: Buffer, passwords: readonly string[], signal: AbortSignal): Promise<Contents> {
  if (bytes.length >= 4 && javaStores.has(bytes.readUInt32BE(0))) return told(() => readJksCertificates(bytes).map(({ kind, alias, certificatesDer }) => ({ alias, certificatesDer, isOrdered: kind === 'key' })));
  if (bytes[0] === sequenceTag) return binary(bytes, passwords, signal);
  const text = bytes.toString('latin1');
  return text.includes('-----BEGIN ') ? pem(text) : { groups: [], faults: ['it holds no certificate in a form that is known (PEM, DER, PKCS#7, PKCS#12, JKS)'], isLocked: false };
}

const block = /-----BEGIN (CERTIFICATE|X509 CERTIFICATE|TRUSTED CERTIFICATE|PKCS7|CMS)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/** Whatever stands between the blocks is passed over, keys among it: they are not even decoded. */
function pem(text: string): Contents {
  const faults: string[] = [];
  const certificatesDer: Buffer[] = [];
  const complete = [...text.matchAll(block)];
  const begun = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g)?.length ?? 0;
  for (const [index, [, label, base64 = '']] of complete.entries()) {
    const der = Buffer.from(base64, 'base64');
    if (certificatesDer.length >= maxCertificates) {
      faults.push(`it holds more than ${maxCertificates} certificates, and those behind are not read`);
      break;
    }
    if (label === 'PKCS7' || label === 'CMS') {
      const read = told(() => [{ alias: null, certificatesDer: parsePkcs7(der), isOrdered: false }]);
      certificatesDer.push(...read.groups.flatMap((group) => group.certificatesDer));
      faults.push(...read.faults);
    } else if (der[0] === sequenceTag) certificatesDer.push(label === 'TRUSTED CERTIFICATE' ? firstElement(der) : der);
    else faults.push(`the certificate in block ${index + 1} is not valid base64 of a certificate`);
  }
  const broken = begun - complete.filter(([, label]) => label?.endsWith('CERTIFICATE')).length;
  if (broken > 0) faults.push(`${broken} of its PEM blocks ${broken === 1 ? 'is' : 'are'} damaged`);
  return { groups: [{ alias: null, certificatesDer, isOrdered: false }], faults, isLocked: false };
}

/** A certificate, PKCS#7 or PKCS#12: they differ in what comes first. */
async function binary(bytes: Buffer, passwords: readonly string[], signal: AbortSignal): Promise<Contents> {
  const first = bytes[headerLength(bytes)];
  if (first === 0x06) return told(() => [{ alias: null, certificatesDer: parsePkcs7(bytes), isOrdered: false }]);
  if (first !== 0x02) return { groups: [{ alias: null, certificatesDer: [bytes], isOrdered: true }], faults: [], isLocked: false };
  for (const password of ['', ...passwords]) {
    if (signal.aborted) break;
    try {
      const read = await readPkcs12Certificates(bytes, password);
      // Those with a key lead a path of their own.
      return { groups: [{ alias: null, certificatesDer: [...read].sort((one, other) => Number(other.hasKey) - Number(one.hasKey)).map(({ certificateDer }) => certificateDer), isOrdered: false }], faults: [], isLocked: false };
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.fields?.some(({ path }) => path === 'passphrase') !== true) return { groups: [], faults: [error.message], isLocked: false };
    }
  }
  return { groups: [], faults: ['none of the passwords opens it'], isLocked: true };
}

function told(read: () => Group[]): Contents {
  try {
    return { groups: read(), faults: [], isLocked: false };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { groups: [], faults: [error.message], isLocked: false };
  }
}

/** Tag and length of a DER or BER value (X.690 section 8.1.3). */
function headerLength(bytes: Buffer): number {
  const length = bytes[1] ?? 0;
  return length <= 0x80 ? 2 : 2 + (length & 0x7f);
}

/** OpenSSL puts what it trusts a certificate for behind it. */
function firstElement(der: Buffer): Buffer {
  const header = headerLength(der);
  const length = header === 2 ? (der[1] ?? 0) : der.readUIntBE(2, Math.min(header - 2, 6));
  return der.subarray(0, header + length);
}
