import { Inject, Injectable } from '@nestjs/common';
import type { getDefaults, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AuthorityReader } from '../listing/authority-reader.js';

/** Subject parts that a request takes when it names none, and what a form preselects. */
export const DEFAULT_SETTINGS = Symbol('DefaultSettings');

export interface DefaultSettings {
  country: string;
  state: string;
  location: string;
  organization: string;
  organizationalUnit: string;
  issuerPlugin: string | null;
  authority: string | null;
}

@Injectable()
export class Defaults {
  constructor(
    private readonly database: Database,
    private readonly authorities: AuthorityReader,
    @Inject(DEFAULT_SETTINGS) private readonly settings: DefaultSettings,
  ) {}

  async get(): Promise<OutputOf<typeof getDefaults>> {
    return { ...this.settings, authority: await this.authority() };
  }

  /** A configured authority that does not exist, or does not exist yet, preselects nothing. */
  private async authority(): Promise<OutputOf<typeof getDefaults>['authority']> {
    if (this.settings.authority === null) return null;
    const [found] = await this.database.query<{ id: number }>('select id from authority where name = $1', [this.settings.authority]);
    return found === undefined ? null : ((await this.authorities.summaries([found.id])).get(found.id) ?? null);
  }
}
