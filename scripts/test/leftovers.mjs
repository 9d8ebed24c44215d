import { readFileSync, readdirSync } from 'node:fs';

/** Processes that were started with the given folder in their environment or arguments, as `{ pid, command }`; Linux only, else none. */
export function processesOf(folder) {
  let pids;
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return [];
  }
  return pids.flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    if (command === '' || !`${command}\0${read(`/proc/${pid}/environ`)}`.includes(folder)) return [];
    return [{ pid: Number(pid), command: command.replaceAll('\0', ' ').trim() }];
  });
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
