import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { deploymentColumns } from '../deployment/deployment.columns.js';
import type { Deployment } from '../deployment/deployment.js';

/** Where old certificates and what came after them are side by side. */
@Injectable()
export class CleanupRepository {
  constructor(private readonly database: Database) {}

  /** Deployed beside another one that has been there since before that time; in the order of their ids. */
  beside(afterId: number, settledBefore: Date, limit: number): Promise<Deployment[]> {
    const text = `
      select ${deploymentColumns} from deployment p
      where p.id > $1 and p.wanted = 'deployed' and p.state = 'deployed' and p.is_held
        and exists (select from deployment s where s.destination_id = p.destination_id and s.certificate_id <> p.certificate_id and s.wanted = 'deployed' and s.state = 'deployed' and s.is_held and s.deployed_at <= $2)
      order by p.id limit $3`;
    return this.database.query<Deployment>(text, [afterId, settledBefore, limit]);
  }

  /** Of these certificates at these destinations, those that are deployed there. */
  deployed(certificateIds: readonly number[], destinationIds: readonly number[]): Promise<Deployment[]> {
    const text = `
      select ${deploymentColumns} from deployment p
      where p.certificate_id = any($1::int[]) and p.destination_id = any($2::int[]) and p.wanted = 'deployed' and p.state = 'deployed' and p.is_held and p.deployed_at is not null`;
    return this.database.query<Deployment>(text, [certificateIds, destinationIds]);
  }

  /** Rotations under way that a certificate must stay for: it is put back where they fail. */
  async rotating(certificateId: number): Promise<number | undefined> {
    const text = 'select id from rotation where finished_at is null and (old_certificate_id = $1 or new_certificate_id = $1) order by id limit 1';
    const [row] = await this.database.query<{ id: number }>(text, [certificateId]);
    return row?.id;
  }
}
