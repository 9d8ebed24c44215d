import { createLogger, type Logger } from '@sifaka/observability';
import type { DataDir } from './data-dir.js';
import { RotatingFile } from './rotating-file.js';

/** Loggers that write to one file of bounded size; faults are shown on standard error as well. */
export function openLog(dataDir: DataDir, level: string | undefined): (service: string) => Logger {
  const file = new RotatingFile(dataDir.file('logs', 'sifaka.log'));
  const destination = {
    write(line: string) {
      file.write(line);
      if (line.startsWith('{"level":"error"') || line.startsWith('{"level":"fatal"')) process.stderr.write(line);
    },
  };
  return (service) => createLogger({ service, destination, ...(level !== undefined && { level }) });
}
