import { Module } from '@nestjs/common';
import { CatalogueHandlers } from '../catalogue/catalogue.handlers.js';
import { Defaults } from '../defaults/defaults.js';
import { DomainHandlers } from '../domain/domain.handlers.js';
import { DomainRepository } from '../domain/domain.repository.js';
import { ListDomains } from '../domain/list-domains.js';
import { SaveDomain } from '../domain/save-domain.js';
import { ListLogs } from '../log/list-logs.js';
import { AuthorityReader } from './authority-reader.js';
import { CertificateReader } from './certificate-reader.js';
import { CertificateStats } from './certificate-stats.js';
import { ListAuthorities } from './list-authorities.js';
import { ListCertificates } from './list-certificates.js';
import { ListingHandlers } from './listing.handlers.js';
import { RoleUses } from './role-uses.js';

/**
 * The inventory as it is read. Needs from outside (global in the service's root module): `PluginCatalogue`,
 * `VALIDITY_DEFAULTS`, `LISTING_SETTINGS`, `DEFAULT_SETTINGS`, `ACCESS_RULES`.
 */
@Module({
  controllers: [ListingHandlers, DomainHandlers, CatalogueHandlers],
  providers: [
    AuthorityReader,
    CertificateReader,
    CertificateStats,
    Defaults,
    DomainRepository,
    ListAuthorities,
    ListCertificates,
    ListDomains,
    ListLogs,
    RoleUses,
    SaveDomain,
  ],
  exports: [AuthorityReader, CertificateReader],
})
export class ListingModule {}
