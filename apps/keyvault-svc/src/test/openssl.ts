import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requirePeer } from '@sifaka/testing';

const program = requirePeer('openssl');

/** Output of one OpenSSL command that reads `input`; throws what it complained of. */
export async function openssl(args: readonly string[], input: Buffer): Promise<string> {
  const running = promisify(execFile)(program ?? 'openssl', args);
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

export const hasOpenssl = program !== null;
