import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { deploymentColumns } from '../deployment/deployment.columns.js';
import type { Deployment } from '../deployment/deployment.js';
import { rotationColumns, type Rotation } from '../rotation/rotation.js';

/** The latest of each; older ones are in the lists of deployments and rotations. */
const most = 200;

@Injectable()
export class TimelineRepository {
  constructor(private readonly database: Database) {}

  deployments(certificateId: number): Promise<Deployment[]> {
    return this.database.query<Deployment>(`select ${deploymentColumns} from deployment p where p.certificate_id = $1 order by p.updated_at desc, p.id desc limit ${most}`, [certificateId]);
  }

  rotations(certificateId: number): Promise<Rotation[]> {
    const text = `select ${rotationColumns} from rotation r where r.old_certificate_id = $1 or r.new_certificate_id = $1 order by r.id desc limit ${most}`;
    return this.database.query<Rotation>(text, [certificateId]);
  }
}
