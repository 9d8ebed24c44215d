import { Inject, Injectable } from '@nestjs/common';
import type { getRenewal, InputOf, RenewalRecord } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { RenewalReader } from './renewal-reader.js';
import { RenewalStandings } from './renewal-standings.js';

/** What will become of one certificate. */
@Injectable()
export class ReadRenewal {
  constructor(
    private readonly reader: RenewalReader,
    private readonly standings: RenewalStandings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` */
  async run({ id }: InputOf<typeof getRenewal>): Promise<RenewalRecord> {
    const [record] = await this.standings.of([await this.reader.fact(id)], this.clock.now());
    if (record === undefined) throw new Error('a certificate without standing');
    return record;
  }
}
