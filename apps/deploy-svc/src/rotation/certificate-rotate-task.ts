import { Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { RotateReplaced, type RotatedReplaced } from './rotate-replaced.js';

/** Lines of a report. */
const told = 20;

/** The daily rotation of all that is due: what was heard of in time is under way already. */
@Injectable()
export class CertificateRotateTask {
  constructor(private readonly rotation: RotateReplaced) {}

  @Task('certificate_rotate')
  async run(asked: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    const { region = null, dryRun = false } = asked;
    try {
      const done = await this.rotation.run({ certificateId: null, region, isDryRun: dryRun }, signal);
      if (region !== null) for (const each of done.begun) measure.count('endpoint_rotation_region', { region, new_certificate_name: each.new_name, endpoint_name: each.endpoint_name });
      count(region, 'success', null);
      return reportOf(done, dryRun);
    } catch (error) {
      count(region, 'failure', toAppError(error).message);
      throw error;
    }
  }
}

/** Of the whole run: no certificate or endpoint is named. */
function count(region: string | null, status: 'success' | 'failure', message: string | null): void {
  const tags = { status, message, old_certificate_name: null, new_certificate_name: null, endpoint_name: null };
  if (region === null) measure.count('endpoint_rotation_job', tags);
  else measure.count('endpoint_rotation_region_job', { ...tags, endpoint: null, region });
}

function reportOf({ endpoints, begun, underWay, refused }: RotatedReplaced, isDryRun: boolean): TaskReport {
  const counts = { dryRun: isDryRun, endpoints, [isDryRun ? 'wouldBegin' : 'begun']: begun.length, ...(!isDryRun && { underWay }), refused: refused.length };
  const rotations = begun.slice(0, told).map(({ endpoint_name: name, old_name: old, new_name: made }) => `${name}: "${old ?? ''}" to "${made}"`);
  return { ...counts, rotations, reasons: refused.slice(0, told).map(({ name, reason }) => `${name}: ${reason}`) };
}
