import { z } from 'zod';

/** A root CA at moto, active, as an administrator would make it. @returns its ARN */
export async function makeMotoCa(url: string): Promise<string> {
  const call = async (operation: string, input: object): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': `ACMPrivateCA.${operation}`, 'content-type': 'application/x-amz-json-1.1', authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/eu-central-1/acm-pca/aws4_request, SignedHeaders=host, Signature=0' },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const { CertificateAuthorityArn: arn } = z.object({ CertificateAuthorityArn: z.string() }).parse(
    await call('CreateCertificateAuthority', {
      CertificateAuthorityType: 'ROOT',
      CertificateAuthorityConfiguration: { KeyAlgorithm: 'RSA_2048', SigningAlgorithm: 'SHA256WITHRSA', Subject: { CommonName: 'Moto Root', Organization: 'Example', Country: 'DE' } },
    }),
  );
  const { Csr: csr } = z.object({ Csr: z.string() }).parse(await call('GetCertificateAuthorityCsr', { CertificateAuthorityArn: arn }));
  const { CertificateArn: certificateArn } = z.object({ CertificateArn: z.string() }).parse(
    await call('IssueCertificate', {
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(csr).toString('base64'),
      SigningAlgorithm: 'SHA256WITHRSA',
      TemplateArn: 'arn:aws:acm-pca:::template/RootCACertificate/V1',
      Validity: { Type: 'YEARS', Value: 10 },
    }),
  );
  const { Certificate: certificate } = z.object({ Certificate: z.string() }).parse(await call('GetCertificate', { CertificateAuthorityArn: arn, CertificateArn: certificateArn }));
  await call('ImportCertificateAuthorityCertificate', { CertificateAuthorityArn: arn, Certificate: Buffer.from(certificate).toString('base64') });
  return arn;
}
