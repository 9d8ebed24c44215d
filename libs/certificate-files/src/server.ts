import { AppError } from '@sifaka/kernel';

/** What a command answered. */
export interface CommandResult {
  /** Null for one that was ended by a signal. */
  exitCode: number | null;
  /** What it printed, errors and the rest, the last of it. */
  output: string;
}

/** The server that reads the files. */
export interface Server {
  /** Has it read them anew. @throws AppError with what it said when it will not */
  takeOver(): Promise<void>;
}

/** A server that finds out by itself. */
export const noServer: Server = { takeOver: () => Promise.resolve() };

interface ServerCommand {
  /** Option that holds it, by which messages call it: it may hold what not everybody should read. */
  option: string;
  run: () => Promise<CommandResult>;
}

/**
 * A server that is told by commands, one after the other: the first one that fails ends it.
 *
 * @param secrets never shown, even when a command prints them
 */
export function commandedServer(machine: string, commands: readonly ServerCommand[], secrets: readonly string[] = []): Server {
  return {
    takeOver: async () => {
      for (const { option, run } of commands) {
        const { exitCode, output } = await run();
        if (exitCode === 0) continue;
        const words = shownOutput(output, secrets);
        const end = exitCode === null ? 'was ended by a signal' : `ended with ${exitCode}`;
        throw new AppError('failed_precondition', `${option} ${end} at ${machine}${words === '' ? ', and said nothing' : `: ${words}`}`, { reason: 'destination.command_failed' });
      }
    },
  };
}

const maxWordsLength = 1_000;

/** What a command printed, for a message: the last of it, without what could be part of a key. */
export function shownOutput(output: string, secrets: readonly string[]): string {
  const named = secrets.filter((secret) => secret.length > 0).reduce((text, secret) => text.replaceAll(secret, '***'), output);
  return (
    named
      .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '***')
      // Lines of a key whose beginning was cut off.
      .replaceAll(/^[A-Za-z0-9+/=]{40,}$/gm, '***')
      .replaceAll(/[^\P{Cc}\n]/gu, ' ')
      .trim()
      .replaceAll(/\s*\n\s*/g, '; ')
      .slice(-maxWordsLength)
  );
}
