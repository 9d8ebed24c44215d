import type { DestinationTestReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Context } from '../command.js';

const fields = {
  Works: (report: DestinationTestReport) => (report.isWorking ? 'yes' : 'no'),
  'What happened': (report: DestinationTestReport) => report.detail,
  Milliseconds: (report: DestinationTestReport) => report.durationMs,
};

/**
 * The report of a connection test.
 *
 * @throws AppError `failed_precondition` when it did not work, so that a script sees it
 */
export function tell(context: Context, label: string, report: DestinationTestReport): void {
  context.object(report, fields);
  if (!report.isWorking) throw new AppError('failed_precondition', `${label} does not work: ${report.detail}`);
}
