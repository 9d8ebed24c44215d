import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';

/** Makes the rotation policy `default` at the first start (ID-1); later it belongs to the administrator. */
@Injectable()
export class RotationPolicies implements OnModuleInit {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.query("insert into rotation_policy (name, days) values ('default', $1) on conflict (name) do nothing", [this.config.defaultRotationIntervalDays]);
  }
}
