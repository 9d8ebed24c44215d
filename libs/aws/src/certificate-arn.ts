/** A certificate as AWS names it. */
export type CertificateArn =
  | { arn: string; registry: 'iam'; account: string; /** Begins and ends with a slash. */ path: string; name: string }
  | { arn: string; registry: 'acm'; account: string; region: string };

const iamArn = /^arn:aws[a-z-]*:iam::(\d{12}):server-certificate(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,128})$/;
const acmArn = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):(\d{12}):certificate\/[\w-]+$/;

/** Null for whatever is no certificate of IAM or ACM, such as what a load balancer says of one that was deleted. */
export function parseCertificateArn(arn: string | null | undefined): CertificateArn | null {
  if (arn === null || arn === undefined) return null;
  const [, iamAccount, path, name] = iamArn.exec(arn) ?? [];
  if (iamAccount !== undefined && path !== undefined && name !== undefined) return { arn, registry: 'iam', account: iamAccount, path, name };
  const [, region, account] = acmArn.exec(arn) ?? [];
  return region !== undefined && account !== undefined ? { arn, registry: 'acm', account, region } : null;
}

/** Server certificates of an account below one path, as `Destination.store` and `FoundEndpoint.store` name them. */
export const iamStore = (account: string, path: string): string => `aws:iam:${account}:${path}`;

/** Certificates that ACM holds in one region of an account. */
export const acmStore = (account: string, region: string): string => `aws:acm:${account}:${region}`;

export const storeOf = (certificate: CertificateArn): string => (certificate.registry === 'iam' ? iamStore(certificate.account, certificate.path) : acmStore(certificate.account, certificate.region));
