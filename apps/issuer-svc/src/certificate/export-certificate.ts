import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { isAllowed } from '@sifaka/authz';
import type { exportCertificate, InputOf, OutputOf, Principal } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { ExportPlugins } from '../plugins/export-plugins.js';
import { CertificateRepository, type StoredCertificate } from './certificate.repository.js';
import { assertX509 } from './format.js';
import { PrivateKeys } from './private-key.js';

/** Turns a certificate into a file. Formats without private key are open to everybody who is signed in. */
@Injectable()
export class ExportCertificate {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly plugins: ExportPlugins,
    private readonly privateKeys: PrivateKeys,
  ) {}

  async run({ id, plugin: input }: InputOf<typeof exportCertificate>, { principal }: CallContext): Promise<OutputOf<typeof exportCertificate>> {
    const certificate = await this.certificates.get(id);
    assertX509(certificate, `export "${input.slug}"`);
    const { plugin, exporter } = this.plugins.make(input);
    const privateKeyPkcs8Der = plugin.requiresKey ? await this.key(certificate, plugin.slug, principal) : null;
    try {
      const file = await exporter.export({
        certificateDer: certificate.der,
        chainDer: certificate.chain ?? [],
        privateKeyPkcs8Der,
        csrDer: certificate.csr,
        commonName: certificate.commonName,
      });
      return { extension: file.extension, passphrase: file.passphrase, data: Buffer.from(file.data).toString('base64') };
    } finally {
      privateKeyPkcs8Der?.fill(0);
    }
  }

  private async key(certificate: StoredCertificate, slug: string, principal: Principal): Promise<Buffer> {
    if (certificate.keyId === null) {
      throw new AppError('failed_precondition', `"${slug}" needs the private key, and the key of "${certificate.name}" is not stored here`, { reason: 'certificate.no_key' });
    }
    if (!isAllowed(principal, 'certificate:write', certificate)) {
      const detail = `export plugin "${slug}" hands out the private key of "${certificate.name}": needs role admin, a role of the certificate, or to be its creator; plugins that need no key are unrestricted`;
      throw new AppError('permission_denied', detail, { reason: 'authz.certificate_export' });
    }
    return this.privateKeys.see(certificate, certificate.keyId, principal, { reason: 'export', plugin: slug });
  }
}
