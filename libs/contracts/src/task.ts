import type { TaskArguments } from './rpc/status.js';
import type { ServiceName } from './service.js';

type TaskArgument = keyof TaskArguments;

/** A periodic task: what it does, where, when unless configured otherwise, and how long it may take. */
export interface TaskDefinition {
  readonly name: string;
  readonly service: ServiceName;
  /** Five cron fields, UTC. Null: only when asked. */
  readonly cron: string | null;
  readonly timeLimitSeconds: number;
  readonly summary: string;
  /** Arguments that `POST /tasks/{name}/run` takes. */
  readonly takes: readonly TaskArgument[];
  /** Those of them that it cannot do without: such a task has no schedule. */
  readonly requires: readonly TaskArgument[];
  /** Former spellings that are understood. */
  readonly aliases: readonly string[];
}

const hour = 3_600;

function task(name: string, service: ServiceName, cron: string | null, timeLimitSeconds: number, summary: string, more: Partial<Pick<TaskDefinition, 'takes' | 'requires' | 'aliases'>> = {}): TaskDefinition {
  return { name, service, cron, timeLimitSeconds, summary, takes: more.takes ?? [], requires: more.requires ?? [], aliases: more.aliases ?? [] };
}

/** Lemur's periodic tasks with its recommended schedules (cli-and-tasks §3), each in the service that does it. */
export const tasks: readonly TaskDefinition[] = [
  task('certificate_reissue', 'issuer', '0 9 * * *', hour, 'Renews every certificate whose renewal is due, without waiting for its planned hour when run by hand', { takes: ['dryRun'] }),
  task('check_revoked', 'issuer', '0 10,22 * * *', 2 * hour, 'Asks OCSP responders and CRLs whether valid certificates of outside CAs were revoked'),
  task('enable_autorotate_for_certs_attached_to_endpoint', 'issuer', '0 10 * * *', hour, 'Switches rotation on for certificates that endpoints present', { takes: ['dryRun'] }),
  task('enable_autorotate_for_certs_attached_to_destination', 'issuer', '0 10 * * *', hour, 'Switches rotation on for certificates with destinations', { takes: ['dryRun'] }),
  task('disable_autorotate_without_endpoint', 'issuer', '0 22 * * 2', hour, 'Switches rotation off for certificates without endpoints that the configured filter accepts', { takes: ['dryRun'] }),
  task('disable_rotation_of_duplicate_certificates', 'issuer', '0 22 * * 2', hour, 'Leaves rotation on for one of several equal certificates', { takes: ['dryRun'] }),
  task('certificate_expirations_metrics', 'issuer', '0 8 * * *', hour, 'Measures the days that certificates have left'),
  task('deactivate_entrust_test_certificates', 'issuer', null, hour, 'Deactivates every valid certificate of Entrust; for test accounts', { takes: ['dryRun'] }),
  task('fetch_acme_cert', 'issuer', null, 600, 'Asks about one pending certificate: id', { takes: ['id'], requires: ['id'] }),
  task('fetch_all_pending_acme_certs', 'issuer', '* * * * *', 55, 'Asks about pending certificates that nobody asked about in time'),
  task('remove_old_acme_certs', 'issuer', '30 7 * * 1', 300, 'Removes pending certificates that ended long ago', { takes: ['dryRun'] }),
  task('get_all_zones', 'acme', '*/30 * * * *', 600, 'Reads the zones of every DNS provider'),
  task('sync_all_sources', 'discovery', '5 */3 * * *', 300, 'Looks at every active source that has no schedule of its own'),
  task('sync_source', 'discovery', null, 7_200, 'Looks at one source: label', { takes: ['label'], requires: ['label'] }),
  task('clean_all_sources', 'discovery', '0 1 * * 1', hour, 'Removes expired certificates without endpoints from their sources; reports only, unless configured or asked to', { takes: ['dryRun'] }),
  task('clean_source', 'discovery', null, hour, 'The same for one source: label', { takes: ['label', 'dryRun'], requires: ['label'] }),
  task('identify_expiring_deployed_certificates', 'discovery', '0 20 * * *', 3 * hour, 'Asks hosts whether they still present certificates that end soon', { takes: ['dryRun'], aliases: ['identity_expiring_deployed_certificates'] }),
  task('certificate_rotate', 'deploy', '0 10 * * *', hour, 'Rotates endpoints whose certificate was replaced: region', { takes: ['region', 'dryRun'] }),
  task('notify_expirations', 'notify', '0 22 * * *', hour, 'Tells of certificates that end soon'),
  task('notify_authority_expirations', 'notify', '0 22 * * *', hour, 'Tells of authorities that end in a year or half a year'),
  task('send_security_expiration_summary', 'notify', '0 22 * * *', hour, 'Sends the digest of what ends soon to the security team'),
  task('notify_expiring_deployed_certificates', 'notify', '0 22 * * *', hour, 'Tells the security team of certificates that end soon and are still presented'),
  task('report_celery_last_success_metrics', 'gateway', '* * * * *', 50, 'Measures how long ago each task of the platform last succeeded'),
];

/** By its name, a former one, or either with the service before it. */
export function findTask(name: string): TaskDefinition | undefined {
  return tasks.find((known) => [known.name, ...known.aliases].some((spelling) => name === spelling || name === `${known.service}.${spelling}`));
}

export const taskNames: readonly string[] = tasks.map(({ name }) => name);
