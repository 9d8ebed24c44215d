import { Controller } from '@nestjs/common';
import {
  certificateStats,
  countRoleUses,
  getAuthority,
  getCertificate,
  listAuthorities,
  listAuthoritySummaries,
  listCertificates,
  listShortCertificates,
  listValidCertificates,
  visualizeAuthority,
  type InputOf,
} from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CertificateStats } from './certificate-stats.js';
import { ListAuthorities } from './list-authorities.js';
import { ListCertificates } from './list-certificates.js';
import { RoleUses } from './role-uses.js';

@Controller()
export class ListingHandlers {
  constructor(
    private readonly certificates: ListCertificates,
    private readonly stats: CertificateStats,
    private readonly authorities: ListAuthorities,
    private readonly roles: RoleUses,
  ) {}

  @Handles(getCertificate)
  certificate(input: InputOf<typeof getCertificate>) {
    return this.certificates.get(input.id);
  }

  @Handles(listCertificates)
  list(input: InputOf<typeof listCertificates>) {
    return this.certificates.run(input);
  }

  @Handles(listShortCertificates)
  listShort(input: InputOf<typeof listShortCertificates>) {
    return this.certificates.short(input);
  }

  @Handles(listValidCertificates)
  listValid(input: InputOf<typeof listValidCertificates>) {
    return this.certificates.valid(input);
  }

  @Handles(certificateStats)
  statistics(input: InputOf<typeof certificateStats>) {
    return this.stats.run(input);
  }

  @Handles(getAuthority)
  authority(input: InputOf<typeof getAuthority>) {
    return this.authorities.get(input.ref);
  }

  @Handles(listAuthorities)
  listAuthorities(input: InputOf<typeof listAuthorities>, call: CallContext) {
    return this.authorities.run(input, call.principal);
  }

  @Handles(listAuthoritySummaries)
  summaries(input: InputOf<typeof listAuthoritySummaries>) {
    return this.authorities.summariesOfRoles(input);
  }

  @Handles(visualizeAuthority)
  visualize(input: InputOf<typeof visualizeAuthority>) {
    return this.authorities.visualize(input.id);
  }

  @Handles(countRoleUses)
  roleUses(input: InputOf<typeof countRoleUses>) {
    return this.roles.count(input.roleId);
  }
}
