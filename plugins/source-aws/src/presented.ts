import { parseCertificateArn, storeOf, type CertificateArn } from '@sifaka/aws';
import { isAppError } from '@sifaka/kernel';
import type { EndpointCertificate, FoundEndpoint } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';

/** A certificate of a listener or a distribution, by its ARN. */
export interface Presented {
  arn: string;
  isDefault: boolean;
}

/** Certificates that an endpoint presents, the default one first, each with its content where AWS shows it. */
export async function endpointCertificates(place: AwsPlace, presented: readonly Presented[]): Promise<EndpointCertificate[]> {
  const sorted = [...presented].sort((one, other) => Number(other.isDefault) - Number(one.isDefault) || (one.arn < other.arn ? -1 : 1));
  return Promise.all(
    sorted.map(async ({ arn, isDefault }) => {
      const certificate = parseCertificateArn(arn);
      const content = certificate === null ? null : await contentIfReadable(place, certificate);
      return { name: certificate?.registry === 'iam' ? certificate.name : null, externalId: arn, certificateDer: content?.certificateDer ?? null, chainDer: content?.chainDer ?? [], isDefault };
    }),
  );
}

/** An endpoint is worth knowing though one of its certificates cannot be read: the inventory may know it by its name. */
async function contentIfReadable(place: AwsPlace, certificate: CertificateArn) {
  try {
    return await place.content(certificate);
  } catch (error) {
    if (isAppError(error) && (error.code === 'permission_denied' || error.reason === 'aws.no_certificate')) return null;
    throw error;
  }
}

/** Where the certificates of an endpoint are kept: that of the default one counts. */
export function registryOf(certificates: readonly EndpointCertificate[]): Pick<FoundEndpoint, 'registryType' | 'certificatePath' | 'store'> {
  const arn = parseCertificateArn(certificates[0]?.externalId);
  if (arn === null) return { registryType: null, certificatePath: null, store: null };
  return { registryType: arn.registry, certificatePath: arn.registry === 'iam' ? arn.path : null, store: storeOf(arn) };
}

/** What all endpoints here have in common. */
export const plainEndpoint = { serverName: null, startTls: null } as const;
