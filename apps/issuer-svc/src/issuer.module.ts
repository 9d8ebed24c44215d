import { Module, type DynamicModule } from '@nestjs/common';
import type { Plugin } from '@sifaka/plugin-sdk';
import { StatusModule } from '@sifaka/runtime';
import { AttachmentRepository } from './attachment/attachment.repository.js';
import { DestinationLabelRepository } from './attachment/destination-label.repository.js';
import { HearAttachments } from './attachment/hear-attachments.js';
import { HearDestinations } from './attachment/hear-destinations.js';
import { AuthorityDirectory } from './authority/authority-directory.js';
import { AuthorityHandlers } from './authority/authority.handlers.js';
import { AuthorityOptions } from './authority/authority-options.js';
import { AuthorityRepository } from './authority/authority.repository.js';
import { CreateAuthority } from './authority/create-authority.js';
import { FoundAuthority } from './authority/found-authority.js';
import { ImportAuthority } from './authority/import-authority.js';
import { UpdateAuthority } from './authority/update-authority.js';
import { autoRotationProviders } from './auto-rotation/auto-rotation.parts.js';
import { AuthorizeCertificateWrite } from './certificate/authorize-certificate-write.js';
import { CertificateInserter } from './certificate/certificate-inserter.js';
import { CertificateIssuer } from './certificate/certificate-issuer.js';
import { CertificateHandlers, EditHandlers, KeyHandlers } from './certificate/certificate.handlers.js';
import { CertificateRepository } from './certificate/certificate.repository.js';
import { ChainRepository } from './certificate/chain.repository.js';
import { ChangeCertificate } from './certificate/change-certificate.js';
import { DeleteCertificate } from './certificate/delete-certificate.js';
import { ChangeCertificateOwner, DescribeCertificate, SwitchCertificate, UpdateCertificate } from './certificate/edit-certificate.js';
import { ExportCertificate } from './certificate/export-certificate.js';
import { Filing } from './certificate/filing.js';
import { IssueCertificate } from './certificate/issue-certificate.js';
import { MintCertificate } from './certificate/mint-certificate.js';
import { ObtainCertificate } from './certificate/obtain-certificate.js';
import { PrivateKeys } from './certificate/private-key.js';
import { DeactivateCertificate, RevokeCertificate } from './certificate/revoke-certificate.js';
import { UploadCertificate } from './certificate/upload-certificate.js';
import { ViewKey } from './certificate/view-key.js';
import { FoundRepository } from './ingest/found.repository.js';
import { IngestCertificates } from './ingest/ingest-certificates.js';
import { IngestHandlers } from './ingest/ingest.handlers.js';
import { DomainRules } from './issuance/domain-rules.js';
import { JudgeIssuance } from './issuance/judge-issuance.js';
import { PreflightRepository } from './issuance/preflight.repository.js';
import { References } from './issuance/references.js';
import { KeyVault } from './keys/key-vault.js';
import { ListingModule } from './listing/listing.module.js';
import { pendingControllers, pendingProviders } from './pending/pending.parts.js';
import { PlacedHandlers } from './placed/placed.handlers.js';
import { ReadPlaced } from './placed/read-placed.js';
import { AcmeByRpc } from './plugins/acme-by-rpc.js';
import { ExportPlugins } from './plugins/export-plugins.js';
import { IssuerContexts } from './plugins/issuer-contexts.js';
import { IssuerPlugins } from './plugins/issuer-plugins.js';
import { ReconcileKeyvault } from './reconcile/reconcile-keyvault.js';
import { ReconcileRepository } from './reconcile/reconcile.repository.js';
import { renewalControllers, renewalProviders } from './renewal/renewal.parts.js';
import { revocationControllers, revocationProviders } from './revocation/revocation.parts.js';
import { revocationCheckControllers, revocationCheckProviders } from './revocation-check/revocation-check.parts.js';
import { rotationPolicyControllers, rotationPolicyProviders } from './rotation-policy/rotation-policy.parts.js';
import { SettingsModule } from './settings.module.js';

const authority = [AuthorityDirectory, AuthorityRepository, AuthorityOptions, FoundAuthority, CreateAuthority, ImportAuthority, UpdateAuthority];

const issuance = [References, PreflightRepository, DomainRules, JudgeIssuance, MintCertificate, ObtainCertificate, IssueCertificate, UploadCertificate];

const filing = [CertificateInserter, CertificateRepository, ChainRepository, Filing];

const edit = [
  ChangeCertificate,
  UpdateCertificate,
  SwitchCertificate,
  ChangeCertificateOwner,
  DescribeCertificate,
  AuthorizeCertificateWrite,
  DeleteCertificate,
  CertificateIssuer,
  RevokeCertificate,
  DeactivateCertificate,
];

const keys = [KeyVault, PrivateKeys, ViewKey, ExportCertificate, ReconcileKeyvault, ReconcileRepository];

const plugins = [AcmeByRpc, IssuerContexts, IssuerPlugins, ExportPlugins];

const ingest = [FoundRepository, IngestCertificates];

const attachment = [AttachmentRepository, DestinationLabelRepository, HearAttachments, HearDestinations];

@Module({
  imports: [ListingModule, StatusModule.forService('issuer')],
  controllers: [AuthorityHandlers, CertificateHandlers, EditHandlers, KeyHandlers, ...pendingControllers, ...revocationControllers, ...revocationCheckControllers, IngestHandlers, PlacedHandlers, ...renewalControllers, ...rotationPolicyControllers],
  providers: [...authority, ...issuance, ...filing, ...edit, ...keys, ...plugins, ...pendingProviders, ...revocationProviders, ...revocationCheckProviders, ...ingest, ...attachment, ReadPlaced, ...renewalProviders, ...rotationPolicyProviders, ...autoRotationProviders],
})
export class IssuerModule {
  /** @param issuers the issuer plugins that this process hosts */
  static with(issuers: readonly Plugin<'issuer'>[]): DynamicModule {
    return { module: IssuerModule, imports: [SettingsModule.with(issuers)] };
  }
}
