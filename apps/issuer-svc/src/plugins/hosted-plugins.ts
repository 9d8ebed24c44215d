import exportCsr from '@sifaka/plugin-export-csr';
import exportDer from '@sifaka/plugin-export-der';
import exportJavaKeystore from '@sifaka/plugin-export-java-keystore';
import exportJavaTruststore from '@sifaka/plugin-export-java-truststore';
import exportOpenssl from '@sifaka/plugin-export-openssl';
import exportPem from '@sifaka/plugin-export-pem';
import exportPkcs7 from '@sifaka/plugin-export-pkcs7';
import issuerAcme, { acmeAutoIssuer, acmeHttpIssuer } from '@sifaka/plugin-issuer-acme';
import issuerCryptography from '@sifaka/plugin-issuer-cryptography';
import issuerCsr from '@sifaka/plugin-issuer-csr';
import issuerOpenssh from '@sifaka/plugin-issuer-openssh';
import issuerVault from '@sifaka/plugin-issuer-vault';
import issuerStep from '@sifaka/plugin-issuer-step';
import issuerCfssl from '@sifaka/plugin-issuer-cfssl';
import issuerDigicert from '@sifaka/plugin-issuer-digicert';
import issuerDigicertCis from '@sifaka/plugin-issuer-digicert-cis';
import issuerEntrust from '@sifaka/plugin-issuer-entrust';
import issuerAwspca from '@sifaka/plugin-issuer-awspca';
import issuerAdcs from '@sifaka/plugin-issuer-adcs';
import issuerGoogleca from '@sifaka/plugin-issuer-googleca';
import issuerVerisign from '@sifaka/plugin-issuer-verisign';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Every issuer that this service hosts. */
export const issuerPlugins: readonly Plugin<'issuer'>[] = [
  issuerCryptography,
  issuerCsr,
  issuerOpenssh,
  issuerVault,
  issuerStep,
  issuerCfssl,
  issuerAcme,
  acmeHttpIssuer,
  acmeAutoIssuer,
  issuerDigicert,
  issuerDigicertCis,
  issuerEntrust,
  issuerAwspca,
  issuerAdcs,
  issuerGoogleca,
  issuerVerisign,
];

/** Every export format that this service hosts. */
export const exportPlugins: readonly Plugin<'export'>[] = [
  exportOpenssl,
  exportJavaKeystore,
  exportJavaTruststore,
  exportCsr,
  exportPem,
  exportPkcs7,
  exportDer,
];
