import type { CertificateFacts, ExtensionRequest } from '@sifaka/pki';

/**
 * Extensions of a certificate as its successor asks for them: all of them, but what belongs to one certificate or one authority alone.
 *
 * @param staysWithAuthority false: another authority issues the successor, and says itself where its lists are
 */
export function renewedExtensions({ extensions }: Pick<CertificateFacts, 'extensions'>, staysWithAuthority: boolean): ExtensionRequest {
  const { subjectKeyId: _subject, authorityKeyId, authorityInfoAccess, crlDistributionPoints, custom = [], ...kept } = extensions;
  const own = custom.filter(({ oid }) => !ofOneCertificate.has(oid) && (staysWithAuthority || !ofOneAuthority.has(oid)));
  return {
    ...kept,
    ...(authorityKeyId?.issuerNameDer !== undefined && { authorityKeyId: 'issuer_and_serial' }),
    // What the old certificate did without was not wished for.
    ...(authorityInfoAccess !== undefined && staysWithAuthority ? { authorityInfoAccess } : { wantsAuthorityInfoAccess: authorityInfoAccess !== undefined }),
    ...(crlDistributionPoints !== undefined && staysWithAuthority ? { crlDistributionPoints } : { wantsCrlDistributionPoints: crlDistributionPoints !== undefined }),
    ...(own.length > 0 && { custom: own }),
  };
}

/** RFC 6962: timestamps of a certificate in logs, and the mark of one that was only made for them. */
const ofOneCertificate = new Set(['1.3.6.1.4.1.11129.2.4.2', '1.3.6.1.4.1.11129.2.4.3']);
/** Freshest CRL (RFC 5280 section 4.2.1.15). */
const ofOneAuthority = new Set(['2.5.29.46']);
