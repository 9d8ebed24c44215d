import { Inject, Injectable } from '@nestjs/common';
import type { EndingCertificate, InputOf, listEndingCertificates, OutputOf, readNotableCertificates } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { timestamp, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { endingSql, notableSql } from './ending-certificates.sql.js';
import { windowOf } from './renewal-facts.js';
import { RenewalReader, type FactsRow } from './renewal-reader.js';
import { RenewalStandings } from './renewal-standings.js';

/** Certificates for those who look after the ends of many. */
@Injectable()
export class EndingCertificates {
  constructor(
    private readonly database: Database,
    private readonly reader: RenewalReader,
    private readonly standings: RenewalStandings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(input: InputOf<typeof listEndingCertificates>): Promise<OutputOf<typeof listEndingCertificates>> {
    const { notAfterFrom, notAfterTo, ids, notify, kind, isOnHold = false, after, limit } = input;
    const now = this.clock.now();
    const from = notAfterFrom === null ? now : new Date(Math.max(now.getTime(), Date.parse(notAfterFrom)));
    const values = [from, notAfterTo, ids, notify, after?.notAfter ?? null, after?.id ?? null, limit];
    const rows = await this.database.query<EndingRow>({ name: `ending-${kind}${isOnHold ? '-held' : ''}`, text: endingSql(kind, isOnHold), values });
    return { certificates: fitting(await this.endings(rows)) };
  }

  async read({ ids }: InputOf<typeof readNotableCertificates>): Promise<OutputOf<typeof readNotableCertificates>> {
    const rows = await this.database.query<EndingRow>({ name: 'notable-certificates', text: notableSql, values: [ids] });
    const endings = await this.endings(rows);
    return { certificates: fitting(endings.map((ending, index) => ({ ...ending, status: rows[index]?.status ?? null, isDeleted: rows[index]?.isDeleted ?? false }))) };
  }

  private async endings(rows: readonly EndingRow[]): Promise<EndingCertificate[]> {
    const now = this.clock.now();
    const standings = await this.standings.of(rows.map((row) => this.reader.factsOf(row)), now);
    return rows.map((row, index) => {
      const record = standings[index];
      if (record === undefined) throw new Error('a certificate without standing');
      const { state, reason, windowStart, plannedAt, lateAt, isLate, lastError } = record;
      const isInRenewalWindow = windowOf(this.reader.factsOf(row)).start <= now;
      return { ...endingCertificate(row), isInRenewalWindow, renewal: { state, reason, windowStart, plannedAt, lateAt, isLate, lastError } };
    });
  }
}

/** JSON of what fits one message: the bus may carry as little as 1 MiB. */
const maxAnswerChars = 600_000;

/** At least one, whatever it weighs; who reads goes on behind the last one. */
function fitting<E extends EndingCertificate>(endings: E[]): E[] {
  let chars = 0;
  const first = endings.findIndex((ending, index) => (chars += JSON.stringify(ending).length) > maxAnswerChars && index > 0);
  return first === -1 ? endings : endings.slice(0, first);
}

interface EndingRow extends FactsRow {
  names: string[];
  serialHex: string;
  description: string | null;
  dateCreated: Date;
  userId: number | null;
  ownAuthority: { id: number; name: string; isSelfSigned: boolean; issuedCount: number } | null;
  replaces: { id: number; name: string }[];
  endpointCount: number;
  destinationCount: number;
}

function endingCertificate(row: EndingRow): Omit<EndingCertificate, 'isInRenewalWindow' | 'renewal'> {
  const { id, name, commonName, names, serialHex, issuer, owner, description, notify, rotation, authority, userId, ownAuthority, replaces, endpointCount, destinationCount } = row;
  return {
    ...{ id, name, commonName, names, serialHex, issuer, owner, description, notify, rotation, authority, userId, ownAuthority, replaces, endpointCount, destinationCount },
    notBefore: timestamp(row.notBefore),
    notAfter: timestamp(row.notAfter),
    dateCreated: timestamp(row.dateCreated),
    replacedBy: [...row.replacedBy],
  };
}
