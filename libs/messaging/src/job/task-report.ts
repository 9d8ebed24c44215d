import { TaskReport } from '@sifaka/contracts';

/** A few lines, never a whole inventory: it is kept in a row, listed with all others, and travels in an event. */
const maxReportChars = 16_384;

/**
 * The report as it can be kept: without characters that no database holds, and of one that is too long only the plain values.
 */
export function keptReport(report: TaskReport | undefined): TaskReport {
  if (report === undefined) return {};
  const text = JSON.stringify(report, plain);
  if (text.length <= maxReportChars) return TaskReport.parse(JSON.parse(text));
  const short = Object.entries(report).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean');
  return { ...Object.fromEntries(short.slice(0, 100)), isShortened: true };
}

/** No NUL, and no half of a surrogate pair. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value.replaceAll('\0', ''), 'utf8').toString('utf8') : value;
}
