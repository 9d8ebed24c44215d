import type { CertificateRecord } from '@sifaka/contracts';
import { extensionsToJson, isSshCertificate, parseCertificate, parseSshCertificate, type SshCertificate } from '@sifaka/pki';
import type { CertificateFormat } from '@sifaka/plugin-sdk';
import { isIP } from 'node:net';

/** A certificate that cannot be read keeps its row: what was read is shown (EX-10). */
export function extensionsView(format: CertificateFormat, der: Buffer): CertificateRecord['extensions'] {
  try {
    if (format === 'openssh') return isSshCertificate(der) ? sshExtensionsView(parseSshCertificate(der)) : noExtensions;
    return extensionsToJson(parseCertificate(der).extensions) as CertificateRecord['extensions'];
  } catch {
    return noExtensions;
  }
}

const noExtensions = { subAltNames: { names: [] } };

/** What stands for extensions in a certificate of OpenSSH, in the words in which it is asked for. */
function sshExtensionsView({ kind, principals, keyId, criticalOptions, extensions }: SshCertificate): CertificateRecord['extensions'] {
  const { forceCommand, sourceAddress, verifyRequired } = criticalOptions;
  return {
    subAltNames: { names: kind === 'host' ? principals.map((value) => ({ nameType: isIP(value) === 0 ? 'DNSName' : 'IPAddress', value })) : [] },
    extendedKeyUsage: kind === 'host' ? { useServerAuthentication: true } : { useClientAuthentication: true },
    ssh: {
      type: kind,
      keyId,
      principals: [...principals],
      criticalOptions: {
        ...(forceCommand !== undefined && { forceCommand }),
        ...(sourceAddress !== undefined && { sourceAddress: [...sourceAddress] }),
        ...(verifyRequired === true && { verifyRequired }),
      },
      extensions: [...extensions],
    },
  };
}
