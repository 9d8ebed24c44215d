import type { SourceRecord, SourceView } from '@sifaka/contracts';
import { optionedView } from '../composition/optioned.view.js';

export function sourceView(record: SourceRecord): SourceView {
  const { active, schedule, owner, lastRun, lastSync, nextRunAt } = record;
  return { ...optionedView(record), active, schedule, owner, lastRun, lastSync, nextRunAt };
}
