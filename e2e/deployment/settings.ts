import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/index.js';

export interface DeployedSetting {
  env: string[];
  secret: boolean;
  required: boolean;
}

export type Variables = Record<string, string>;

/** Settings of every process by the name of its app, `provision` included; from the compiled services. */
export function deployedSettings(): Record<string, DeployedSetting[]> {
  return JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, 'print-settings.mjs')], { encoding: 'utf8' })) as Record<
    string,
    DeployedSetting[]
  >;
}

/** What is wrong with the environment of a process: names that it does not know, required settings that are missing. */
export function environmentFaults(settings: readonly DeployedSetting[], given: Variables): string[] {
  const bare = new Set(Object.keys(given).map((name) => name.replace(/_FILE$/, '')));
  const known = new Set(settings.flatMap(({ env }) => env));
  return [
    ...[...bare].filter((name) => !known.has(name)).map((name) => `${name} is no setting`),
    ...settings
      .filter(({ env, required }) => required && !env.some((name) => bare.has(name)))
      .map(({ env }) => `${env[0] ?? ''} is missing`),
  ];
}

/** Names of variables whose value one process holds and another holds as well, although it is a secret. */
export function sharedSecrets(settings: Record<string, DeployedSetting[]>, given: Record<string, Variables>): string[] {
  const holders = new Map<string, string[]>();
  for (const [app, variables] of Object.entries(given)) {
    const secret = new Set((settings[app] ?? []).filter((one) => one.secret).flatMap(({ env }) => env));
    for (const [name, value] of Object.entries(variables)) {
      // An address without a password is secret in the definition, because it may hold one.
      if (!secret.has(name) || name === 'NATS_URL') continue;
      holders.set(value, [...(holders.get(value) ?? []), `${app} ${name}`]);
    }
  }
  return [...holders.values()].filter((list) => list.length > 1).map((list) => list.join(' = '));
}

/** Runs deploy/make-secrets.mjs and gives the variables by file name without `.env`. */
export function makeSecrets(folder: string, args: readonly string[] = []): Record<string, Variables> {
  execFileSync(process.execPath, [join(repositoryRoot, 'deploy/make-secrets.mjs'), '--out', folder, ...args], { stdio: 'pipe' });
  return Object.fromEntries(readdirSync(folder).map((name) => [name.replace(/\.env$/, ''), readEnvFile(join(folder, name))]));
}

function readEnvFile(path: string): Variables {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** A folder for as long as the suite runs. */
export function scratchFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'sifaka-deployment-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
