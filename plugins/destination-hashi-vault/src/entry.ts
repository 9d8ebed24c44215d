import { encodePem, fromPkcs8Der, fullChainPem, parseCertificate, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate } from '@sifaka/plugin-sdk';
import type { HashiVaultOptions } from './options.js';

/** What stands under a certificate's common name, in the style of Lemur: all but the key. */
export function publicEntry({ certificateDer, chainDer }: Pick<DeployedCertificate, 'certificateDer' | 'chainDer'>, style: HashiVaultOptions['bundleChain']): Record<string, unknown> {
  const body = fullChainPem(certificateDer, []);
  const chain = chainDer.map((der) => encodePem('CERTIFICATE', der)).join('\n');
  const san = dnsNamesOf(certificateDer);
  if (style === 'Nginx') return { crt: fullChainPem(certificateDer, chainDer), san };
  if (style === 'Apache') return { crt: body, chain, san };
  return style === 'PEM' ? { pem: body, chain, san } : { crt: body, san };
}

export function entryOf(certificate: DeployableCertificate, style: HashiVaultOptions['bundleChain']): Record<string, unknown> {
  const { privateKeyPkcs8Der: key } = certificate;
  return { ...publicEntry(certificate, style), ...(key !== null && { key: toTraditionalPem(fromPkcs8Der(key)) }) };
}

export function dnsNamesOf(certificateDer: Uint8Array): string[] {
  return parseCertificate(certificateDer).sans.flatMap((name) => (name.type === 'dns' && typeof name.value === 'string' ? [name.value] : []));
}
