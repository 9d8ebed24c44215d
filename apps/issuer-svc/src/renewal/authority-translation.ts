import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';

/** RI-9: authorities whose certificates another one renews. */
@Injectable()
export class AuthorityTranslation {
  private readonly pairs: readonly (readonly [string, string])[];

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { rotateAuthorityTranslation }: IssuerConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pairs = Object.entries(rotateAuthorityTranslation).map(([from, to]) => [from, String(to)] as const);
  }

  /** From id to id. Where the other authority does not exist, the old one goes on: no certificate ends because of a setting. */
  async ids(): Promise<ReadonlyMap<number, number>> {
    if (this.pairs.length === 0) return new Map();
    const rows = await this.database.query<{ id: number; name: string }>({ name: 'translated-authorities', text: authoritiesSql, values: [this.pairs.flat()] });
    const idOf = (key: string) => (/^[0-9]+$/.test(key) ? rows.find(({ id }) => String(id) === key) : rows.find(({ name }) => name === key))?.id;
    return new Map(
      this.pairs.flatMap(([from, to]): [number, number][] => {
        const [old, young] = [idOf(from), idOf(to)];
        if (old !== undefined && young === undefined) this.logger.warn({ from, to }, 'rotateAuthorityTranslation names an authority that does not exist: certificates stay with the old one');
        return old === undefined || young === undefined ? [] : [[old, young]];
      }),
    );
  }

  async of(authorityId: number): Promise<number> {
    return (await this.ids()).get(authorityId) ?? authorityId;
  }
}

const authoritiesSql = 'select id, name from authority where name = any($1::text[]) or id::text = any($1::text[])';
