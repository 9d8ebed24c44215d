import { readFileSync } from 'node:fs';
import { root } from '../workspace.mjs';

/** What one run of Jest says: `{ file, test, outcome: 'passed' | 'failed' | 'skipped' }` for each test; what has no test names itself. */
export function outcomesOf(run, path, status) {
  const report = read(path);
  if (report === null) return [{ file: '', test: `${run}: Jest ended without a report (exit code ${status})`, outcome: 'failed' }];
  const outcomes = report.testResults.flatMap(outcomesOfFile);
  // A global set-up that failed leaves a report in which everything passed.
  if (status !== 0 && report.success) outcomes.push({ file: '', test: `${run}: Jest exited with code ${status}`, outcome: 'failed' });
  return outcomes;
}

function outcomesOfFile({ name, status, assertionResults }) {
  const file = name.slice(root.length + 1);
  const outcomes = assertionResults.map(({ status: outcome, fullName }) => ({
    file,
    test: `${file}: ${fullName}`,
    outcome: ['passed', 'failed'].includes(outcome) ? outcome : 'skipped',
  }));
  const ran = status !== 'failed' || outcomes.some(({ outcome }) => outcome === 'failed');
  return ran ? outcomes : [...outcomes, { file, test: `${file}: did not run`, outcome: 'failed' }];
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
