import { readFileSync, readdirSync } from 'node:fs';

/** A process and everything that it and its children started, by pid; the process alone where there is no /proc. */
export function descendantsOf(pid: number): number[] {
  const found = [pid];
  const parents = listed().map((one) => ({ pid: one, parent: Number(fieldsOf(one)[1]) }));
  for (const one of found) found.push(...parents.filter(({ parent }) => parent === one).map((child) => child.pid));
  return found;
}

/** False for a process that is gone, and for one that has ended but whose parent has not asked for its result. */
export function isRunning(pid: number): boolean {
  const [state] = fieldsOf(pid);
  return state !== undefined && state !== 'Z';
}

function listed(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Fields of /proc/<pid>/stat from the third (state) on; empty when the process is gone. */
function fieldsOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
