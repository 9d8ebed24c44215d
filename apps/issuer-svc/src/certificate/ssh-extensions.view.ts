import type { CertificateRecord } from '@sifaka/contracts';
import type { SshCertificate } from '@sifaka/pki';
import { isIP } from 'node:net';

/** What stands for extensions in a certificate of OpenSSH, in the words in which it is asked for. */
export function sshExtensionsView({ kind, principals, keyId, criticalOptions, extensions }: SshCertificate): CertificateRecord['extensions'] {
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
