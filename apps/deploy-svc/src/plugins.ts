import destinationAwsS3 from '@sifaka/plugin-destination-aws-s3';
import destinationSftp from '@sifaka/plugin-destination-sftp';
import exportCsr from '@sifaka/plugin-export-csr';
import exportDer from '@sifaka/plugin-export-der';
import exportJavaKeystore from '@sifaka/plugin-export-java-keystore';
import exportJavaTruststore from '@sifaka/plugin-export-java-truststore';
import exportOpenssl from '@sifaka/plugin-export-openssl';
import exportPem from '@sifaka/plugin-export-pem';
import exportPkcs7 from '@sifaka/plugin-export-pkcs7';
import destinationAwsAcm from '@sifaka/plugin-destination-aws-acm';
import destinationAwsIam from '@sifaka/plugin-destination-aws-iam';
import destinationSsh from '@sifaka/plugin-destination-ssh';
import destinationKubernetes from '@sifaka/plugin-destination-kubernetes';
import destinationHashiVault from '@sifaka/plugin-destination-hashi-vault';
import destinationFile from '@sifaka/plugin-destination-file';
import destinationWebhook from '@sifaka/plugin-destination-webhook';
import destinationAzureKeyvault from '@sifaka/plugin-destination-azure-keyvault';
import destinationGcs from '@sifaka/plugin-destination-gcs';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Every destination plugin that this service hosts. A plugin that is not here does not exist. */
export const deployPlugins: readonly Plugin<'destination'>[] = [destinationAwsS3, destinationSftp, destinationAwsAcm, destinationAwsIam, destinationSsh, destinationKubernetes, destinationHashiVault, destinationFile, destinationWebhook, destinationAzureKeyvault, destinationGcs];

/** What destinations make files with. issuer-svc hosts the same ones for downloads. */
export const fileFormats: readonly Plugin<'export'>[] = [exportOpenssl, exportJavaKeystore, exportJavaTruststore, exportCsr, exportPem, exportPkcs7, exportDer];
