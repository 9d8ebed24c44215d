import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { AppError } from '@sifaka/kernel';

/** Where a command is typed: what it reads and where it writes. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** Results: what a pipe takes on. */
  out(text: string | Uint8Array): void;
  /** Everything said to the person. */
  say(text: string): void;
  isInteractive: boolean;
  /** One line, shown while it is typed. */
  ask(question: string): Promise<string>;
  /** One line that is not shown; without a person at the keyboard, all of standard input. */
  askSecret(question: string): Promise<string>;
}

export function processTerminal(env: Terminal['env']): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    env,
    out: (content) => void stdout.write(content),
    say: (line) => void stderr.write(`${line}\n`),
    isInteractive: stdin.isTTY,
    ask,
    askSecret: async (question) => (stdin.isTTY ? await readHidden(question) : (await text(stdin)).replace(/\r?\n$/, '')),
  };
}

function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.question(question, (answer) => {
      lines.close();
      resolve(answer.trim());
    });
  });
}

const enter = new Set(['\r', '\n', '\u0004']);
const erase = new Set(['\u007f', '\b']);
const interrupt = '\u0003';

/** Raw mode: the terminal itself shows nothing of what is typed. */
function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void) => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.removeListener('data', onData);
      stderr.write('\n');
      settle();
    };
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (enter.has(character) || character === interrupt) {
          finish(() => (character === interrupt ? reject(new AppError('invalid_argument', 'interrupted')) : resolve(typed)));
          return;
        }
        typed = erase.has(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', onData);
    stdin.resume();
  });
}
