import { Inject, Injectable } from '@nestjs/common';
import { allowedDomains, type AllowedDomains } from '@sifaka/policy';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { PreflightRepository } from './preflight.repository.js';

/** Which names may be issued: the configured patterns, compiled once, and the names marked as sensitive. */
@Injectable()
export class DomainRules {
  readonly allowed: AllowedDomains;

  constructor(
    private readonly preflight: PreflightRepository,
    @Inject(CONFIG) config: IssuerConfig,
  ) {
    this.allowed = allowedDomains(config.allowedDomains);
  }

  sensitiveAmong(names: readonly string[]): Promise<ReadonlySet<string>> {
    return this.preflight.sensitiveAmong(names);
  }
}
