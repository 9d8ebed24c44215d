import { AuthorityController } from './authority/authority.controller.js';
import { CreateAuthority } from './authority/create-authority.js';
import { KeyRevocationLists } from './authority/key-revocation-lists.js';
import { UpdateAuthority } from './authority/update-authority.js';
import { CertificateList } from './certificate/certificate-list.js';
import { CertificateReadController } from './certificate/certificate-read.controller.js';
import { CertificateRecords } from './certificate/certificate-records.js';
import { CertificateRelatedController } from './certificate/certificate-related.controller.js';
import { CertificateWriteController } from './certificate/certificate-write.controller.js';
import { CreateCertificate } from './certificate/create-certificate.js';
import { EditCertificate } from './certificate/edit-certificate.js';
import { RevokeCertificate } from './certificate/revoke-certificate.js';
import { ServedGuard } from './certificate/served-guard.js';
import { ComposeAuthorities } from './composition/compose-authorities.js';
import { ComposeCertificates } from './composition/compose-certificates.js';
import { ComposePendingCertificates } from './composition/compose-pending-certificates.js';
import { OwnerRole } from './composition/owner-role.js';
import { ResolveReferences } from './composition/resolve-references.js';
import { DefaultsController } from './defaults/defaults.controller.js';
import { HandOverFound } from './discovery-owner/hand-over-found.js';
import { DomainController } from './domain/domain.controller.js';
import { LogController } from './log/log.controller.js';
import { EditPendingCertificate } from './pending-certificate/edit-pending-certificate.js';
import { PendingCertificateController } from './pending-certificate/pending-certificate.controller.js';
import { PluginController } from './plugin/plugin.controller.js';

/** The doors to what issuer-svc keeps. Needs `UserRepository`, `RoleRepository` and `RoleReservations` from the importing module. */
export const inventoryControllers = [
  AuthorityController,
  CertificateReadController,
  CertificateRelatedController,
  CertificateWriteController,
  DefaultsController,
  DomainController,
  LogController,
  PendingCertificateController,
  PluginController,
];

export const inventoryProviders = [
  CertificateList,
  CertificateRecords,
  ComposeAuthorities,
  ComposeCertificates,
  ComposePendingCertificates,
  CreateAuthority,
  CreateCertificate,
  EditCertificate,
  EditPendingCertificate,
  HandOverFound,
  KeyRevocationLists,
  OwnerRole,
  ResolveReferences,
  RevokeCertificate,
  ServedGuard,
  UpdateAuthority,
];
