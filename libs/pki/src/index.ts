export { pkiLimits } from './pki-limits.js';
export * as der from './der/der-writer.js';
export { DerReader, readOnly, decodeInteger, decodeBits, type DerElement } from './der/der-reader.js';
export { tags, contextPrimitive, contextConstructed } from './der/tag.js';
export { isOid } from './der/oid.js';
export { encodePem, decodePem, decodeOnePem, derFrom, type PemBlock } from './der/pem.js';
export * from './name/name.js';
export { isSameName } from './name/same-name.js';
export { encodeName, parseName } from './name/name-codec.js';
export { nameText } from './name/name-text.js';
export * from './key-type/key-types.js';
export { offeredKeyTypes } from './key-type/offered.js';
export { describeKey, keyTypeOf, keyIdentifier, type KeyFacts } from './key-type/public-key.js';
export * from './extension/extensions.js';
export { resolveExtensions, authorityKeyIdOf, asCaRequest } from './extension/resolve-extensions.js';
export { encodeExtensions, encodeExtensionList } from './extension/extension-encoder.js';
export { checkedDnsName, isDnsName, checkedAddress, checkedNetwork, checkedUri, checkedUrl, checkedEmail } from './extension/general-name-rules.js';
export { generalNameFault } from './extension/general-name-fault.js';
export { extensionOids, extendedKeyUsageOids } from './extension/oids.js';
export { parseExtensions, type ParsedExtensions } from './extension/extension-parser.js';
export { extensionsFromJson } from './extension/lemur-extensions.js';
export { extensionsToJson, domainsOf, type NamedValue } from './extension/lemur-extensions-view.js';
export type { CertificateFacts } from './certificate/certificate-facts.js';
export { parseCertificate, certificatePem } from './certificate/parse-certificate.js';
export { verifySignedBy, verifySignature, verifySignatureAside, type SignatureVerdict } from './certificate/verify-signature.js';
export { hashForKeyType, signatureAlgorithmFor, type SignatureAlgorithm, type HashName } from './certificate/signature-algorithm.js';
export { encodeTbsCertificate, assembleCertificate, type TbsInput } from './certificate/encode-certificate.js';
export { certificateTemplate, type CertificateTemplate, type TemplateInput, type TemplateValues } from './certificate/certificate-template.js';
export { randomSerial, pooledRandomBytes, serialHex } from './certificate/serial.js';
export * from './csr/csr.js';
export * from './chain/chain.js';
export { assertMayIssueUnder, pathLengthLeft, withinValidityOf, type IssuanceRequest } from './chain/may-issue-under.js';
export { slugify, issuerSlug } from './naming/slug.js';
export { certificateName, nextFreeName, sshCertificateName, type CertificateNameInput } from './naming/certificate-name.js';
export { parseEncryptedPrivateKey, parsePrivateKey } from './keys/parse-private-key.js';
export { fromPkcs8Der, isConsistent, keyMatches, publicKeyOf, toEncryptedPkcs8Pem, toPkcs8Der, toPkcs8Pem, toTraditionalPem } from './keys/private-key.js';
export { assertServedKey, publicKeyFingerprint, rsaExponentOf } from './keys/public-key.js';
export type { RandomBytes } from './containers/passphrase.js';
export { encodePkcs12, type Pkcs12Form, type Pkcs12Input } from './containers/pkcs12/encode-pkcs12.js';
export { parsePkcs12, readPkcs12Certificates, type Pkcs12Certificate, type Pkcs12Contents } from './containers/pkcs12/parse-pkcs12.js';
export { encodeJks, parseJks, readJksCertificates, type JksCertificates, type JksEntry, type JksKeyEntry, type JksTrustedEntry } from './containers/jks/jks.js';
export { encodePkcs7, parsePkcs7, pkcs7Pem } from './containers/pkcs7/pkcs7.js';
export { fullChainPem, orderBundle, pemBundle, type OrderedBundle } from './containers/pem-bundle.js';
export { isSshKeyType, parseSshKeyLine, spkiOfSshKey, sshAlgorithmOf, sshFingerprint, sshPublicKey, sshPublicKeyLine, type SshKeyLine } from './ssh/ssh-public-key.js';
export { encodeSshSignature, sshSignatureHash, verifySshSignature } from './ssh/ssh-signature.js';
export { addressesLieWithin, checkedExtension, checkedForceCommand, checkedSourceAddress, defaultSshExtensions, sshExtensions, type SshCriticalOptions } from './ssh/ssh-options.js';
export {
  assembleSshCertificate,
  checkedKeyId,
  checkedPrincipal,
  encodeSshTbs,
  isSshCertificate,
  parseSshCertificate,
  readSshTbs,
  sshLimits,
  verifySshCertificate,
  type SshCertificate,
  type SshCertificateInput,
  type SshCertificateKind,
} from './ssh/ssh-certificate.js';
export { toOpensshPrivateKey } from './ssh/ssh-private-key.js';
export { encodeKrl, parseKrl, type KeyRevocationList, type ParsedKrl, type RevokedCertificates } from './ssh/krl.js';
export { crlReasonCodes, crlReasonOf, isCrlReason, type CrlReasonName } from './revocation/crl-reasons.js';
export { crlOids, ocspOids } from './revocation/revocation-oids.js';
export { clockSkewMs, revocationLimits } from './revocation/revocation-limits.js';
export { encodeCrlEntries, type CrlEntryInput } from './revocation/crl-entries-encoder.js';
export { assembleCrl, encodeTbsCrl, type IssuingDistributionPointInput, type TbsCrlInput } from './revocation/encode-crl.js';
export { distributionPointUrls, type CrlExtensions, type CrlScope } from './revocation/crl-extensions.js';
export type { CrlEntries, CrlEntry } from './revocation/crl-entries.js';
export type { Steps } from './revocation/steps.js';
export { parseCrl, parseCrlSteps, type CrlFacts } from './revocation/parse-crl.js';
export { answersForAllReasons, crlFreshnessFault, crlScopeFault, deltaFault, revokedEntry, verifyCrl, verifyCrlAside, type CrlFault, type CrlIdentity } from './revocation/verify-crl.js';
export { isOfIssuer, ocspCertId, ocspIssuerHashes, type OcspCertId, type OcspHash, type OcspIssuer } from './revocation/ocsp-cert-id.js';
export { encodeOcspRequest, parseOcspRequest, type OcspRequest } from './revocation/ocsp-request.js';
export {
  assembleOcspResponse,
  encodeOcspResponseData,
  neverIssued,
  ocspErrorResponse,
  ocspStatusCodes,
  type OcspCertStatus,
  type OcspResponseDataInput,
  type OcspSingleResponseInput,
  type OcspStatus,
} from './revocation/encode-ocsp-response.js';
export { parseOcspResponse, type OcspBasicResponse, type OcspResponse, type OcspSingleResponse } from './revocation/parse-ocsp-response.js';
export { verifyOcspResponse, type OcspExpectation, type OcspFaultKind, type OcspSigner, type OcspVerdict } from './revocation/verify-ocsp-response.js';
