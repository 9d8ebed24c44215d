import { Inject, Injectable } from '@nestjs/common';
import type { ServedAddresses } from '@sifaka/policy';
import { CONFIG } from '@sifaka/runtime';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { IssuerConfig } from '../issuer.config.js';
import { PublicationRepository } from './publication.repository.js';
import { reasonNot } from './publishing-authorities.js';

/** Where this platform tells the world about its authorities. */
@Injectable()
export class PublicationAddresses {
  constructor(
    private readonly publications: PublicationRepository,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  /** Null: nothing is served for this authority, or it is not known under which address. */
  async of(authority: AuthorityState): Promise<ServedAddresses | null> {
    if (this.config.revocationUrl === undefined || reasonNot(authority) !== null) return null;
    return this.served(await this.publications.slugOf(authority.id, authority.name));
  }

  served(slug: string): ServedAddresses | null {
    if (this.config.revocationUrl === undefined) return null;
    const base = this.config.revocationUrl.replace(/\/+$/, '');
    const deltaCrl = this.config.deltaCrlValidityHours === 0 ? null : `${base}/crl/${slug}-delta.crl`;
    return { base, crl: `${base}/crl/${slug}.crl`, deltaCrl, ocsp: `${base}/ocsp/${slug}`, caIssuers: `${base}/ca/${slug}.cer` };
  }
}
