import type { BenchRow } from './bench-row.js';

const columns: readonly (readonly [string, (row: BenchRow) => string])[] = [
  ['operation', (row) => row.operation],
  ['conc.', (row) => String(row.concurrency)],
  ['per second', (row) => rounded(row.perSecond)],
  ['p50 ms', (row) => row.p50Ms.toFixed(1)],
  ['p99 ms', (row) => row.p99Ms.toFixed(1)],
  ['CPU ms/op', (row) => (row.cpuSecondsPerOperation * 1_000).toFixed(3)],
  ['peak MB', (row) => (row.peakMemoryBytes / 1_048_576).toFixed(0)],
  [
    'ceiling (ratio)',
    (row) => row.ceilings.map(({ operation, perSecond, ratio }) => `${operation} ${rounded(perSecond)}/s (${ratio.toFixed(3)})`).join('; '),
  ],
];

/** The rows as aligned text. */
export function table(rows: readonly BenchRow[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, text]) => text(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
