import { Inject, Injectable } from '@nestjs/common';
import { certificateFilter, type CertificateFilter } from '@sifaka/policy';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import type { RotationCandidate } from './auto-rotation.repository.js';

/** The configured filters of what is switched, compiled once. */
@Injectable()
export class AutoRotationFilters {
  private readonly enable: Readonly<Record<'endpoint' | 'destination', CertificateFilter>>;
  private readonly disable: CertificateFilter | null;

  constructor(@Inject(CONFIG) { enableAutorotationFilter, enableAutorotationFilterForEndpoint, disableAutorotationFilter }: IssuerConfig) {
    this.enable = { endpoint: certificateFilter(enableAutorotationFilterForEndpoint), destination: certificateFilter(enableAutorotationFilter) };
    this.disable = disableAutorotationFilter === undefined ? null : certificateFilter(disableAutorotationFilter);
  }

  maySwitchOn(kind: 'endpoint' | 'destination', candidate: RotationCandidate): boolean {
    return this.enable[kind].accepts(filtered(candidate));
  }

  /** AR-3: without a filter nothing is switched off. */
  get hasSwitchOffFilter(): boolean {
    return this.disable !== null;
  }

  maySwitchOff(candidate: RotationCandidate): boolean {
    return this.disable?.accepts(filtered(candidate)) ?? false;
  }
}

function filtered({ owner, name, commonName, authority, issuer, destinationIds, destinationLabels }: RotationCandidate) {
  return {
    owners: [owner],
    names: [name],
    commonNames: commonName === null ? [] : [commonName],
    authorities: [authority.name],
    issuers: [issuer, authority.plugin],
    destinations: [...destinationIds.map(String), ...destinationLabels],
  };
}
