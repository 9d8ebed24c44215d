import { PooledClient } from '@sifaka/database';

/**
 * Connection of a queue worker that does not hear `worker:migrate`.
 *
 * The queue's library tells every worker of the database, whatever its schema, that a queue was migrated; the workers then end
 * themselves and set the exit code of their process to 57. Here the queues of all services share a database: the first start of
 * one would end the workers of the others.
 */
export class QueueClient extends PooledClient {
  override emit(event: string, ...values: unknown[]): boolean {
    return event === 'notification' && isMigration(values[0]) ? true : super.emit(event, ...values);
  }
}

function isMigration(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'channel' in message && message.channel === 'worker:migrate';
}
