import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import {
  asCaRequest,
  assembleCertificate,
  assembleCrl,
  assembleOcspResponse,
  encodeCrlEntries,
  encodeName,
  encodeOcspResponseData,
  encodeTbsCertificate,
  encodeTbsCrl,
  ocspCertId,
  ocspIssuerHashes,
  parseCertificate,
  randomSerial,
  resolveExtensions,
  signatureAlgorithmFor,
  subjectFrom,
  type CertificateFacts,
  type CrlEntryInput,
  type ExtensionRequest,
  type OcspCertStatus,
  type OcspResponseDataInput,
  type TbsCrlInput,
} from '@sifaka/pki';

const algorithm = signatureAlgorithmFor('ECCPRIME256V1');

export interface StandInCertificate {
  readonly commonName?: string;
  readonly serial?: bigint;
  readonly extensions?: ExtensionRequest;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly key?: KeyObject;
}

export interface StandInTerms {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
}

/** A CA for tests that says of its certificates whatever a test wants to hear, well or wrongly signed. */
export class StandInAuthority {
  constructor(
    readonly certificate: CertificateFacts,
    readonly key: KeyObject,
  ) {}

  static root(commonName: string): StandInAuthority {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    return new StandInAuthority(certify({ commonName, key: privateKey, extensions: asCaRequest({}) }, null, privateKey), privateKey);
  }

  /** A certificate of its own key, which is handed out with it. */
  issue(asked: StandInCertificate = {}): StandInAuthority {
    const key = asked.key ?? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    return new StandInAuthority(certify({ ...asked, key }, this.certificate, this.key), key);
  }

  /** A list; `signer` signs in its place. */
  crl(terms: StandInTerms, { entries = [], signer = this.key, ...parts }: Partial<Omit<TbsCrlInput, 'entries'>> & { entries?: readonly CrlEntryInput[]; signer?: KeyObject } = {}): Buffer {
    const { thisUpdate, nextUpdate } = terms;
    const { subjectDer, subjectKeyId } = this.certificate;
    const tbs = encodeTbsCrl({
      signatureAlgorithm: algorithm,
      issuerDer: subjectDer,
      thisUpdate,
      nextUpdate: nextUpdate ?? new Date(thisUpdate.getTime() + 86_400_000),
      entries: [encodeCrlEntries(entries)],
      number: 1n,
      authorityKeyId: subjectKeyId,
      ...parts,
    });
    return assembleCrl(tbs, algorithm, sign('sha256', tbs, signer));
  }

  /** An answer about one certificate of this CA; `responder` signs in its place, and brings its certificate. */
  ocsp(serial: bigint, said: OcspCertStatus, terms: StandInTerms, { responder, ...parts }: Partial<Omit<OcspResponseDataInput, 'responder'> & { responder: StandInAuthority }> = {}): Buffer {
    const signer = responder ?? this;
    const data = encodeOcspResponseData({
      producedAt: terms.thisUpdate,
      responses: [{ ...said, ...terms, certId: ocspCertId(this.certificate, serial) }],
      ...parts,
      responder: { byKey: ocspIssuerHashes(signer.certificate, 'sha1').key },
    });
    return assembleOcspResponse(data, algorithm, sign('sha256', data, signer.key), responder ? [responder.certificate.der] : []);
  }
}

function certify(asked: StandInCertificate & { key: KeyObject }, issuer: CertificateFacts | null, signer: KeyObject): CertificateFacts {
  const spki = publicKeyOf(asked.key);
  const subjectDer = encodeName(subjectFrom({ commonName: asked.commonName ?? 'shop.corp.test' }));
  const identity = issuer && { subjectKeyId: issuer.subjectKeyId ?? Buffer.alloc(20), issuerNameDer: issuer.issuerDer, serial: issuer.serial };
  const tbs = encodeTbsCertificate({
    serial: asked.serial ?? randomSerial(randomBytes),
    signatureAlgorithm: algorithm,
    issuerDer: issuer?.subjectDer ?? subjectDer,
    notBefore: asked.notBefore ?? new Date('2026-01-01T00:00:00Z'),
    notAfter: asked.notAfter ?? new Date('2046-01-01T00:00:00Z'),
    subjectDer,
    spki,
    extensions: resolveExtensions(asked.extensions ?? {}, spki, identity),
  });
  return parseCertificate(assembleCertificate(tbs, algorithm, sign('sha256', tbs, signer)));
}

const publicKeyOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });
