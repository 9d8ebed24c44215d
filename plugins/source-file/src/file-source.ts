import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, normalize } from 'node:path';
import { AppError } from '@sifaka/kernel';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import { certificatesIn, type Contents } from './certificates-in.js';
import { matchesAny } from './glob.js';
import { globsOf, passwordsOf, type FileSourceOptions } from './options.js';
import { pathsIn, type CertificatePath } from './paths.js';
import { readLimited } from './read-limited.js';
import { codeOf, isAfter, isBelow, walk, type Step } from './walk.js';

/** Files between two checkpoints. */
const checkpointEvery = 50;

/** Files that one scan reads. */
const maxFiles = 200_000;

/** Certificates in files of the platform's machine. */
export class FileSource implements Source {
  private readonly passwords: string[];

  constructor(
    private readonly options: FileSourceOptions,
    private readonly context: PluginContext,
  ) {
    this.passwords = passwordsOf(options.passwords ?? '');
  }

  async check(): Promise<void> {
    const { root } = await this.begin();
    // A folder that cannot be read says so at once.
    for await (const step of this.stepsFrom(root, this.context.signal)) {
      if (step.kind === 'unread' && step.path === '') throw new AppError('failed_precondition', `${this.options.path}: ${step.reason}`, { reason: 'file.unreadable' });
      return;
    }
  }

  async *scan({ resumeAfter, signal }: ScanRequest): AsyncIterable<Finding> {
    const { root, file } = await this.begin();
    let files = 0;
    for await (const step of file === null ? this.stepsFrom(root, signal) : [{ kind: 'file', path: basename(file), realPath: file } as const]) {
      if (signal.aborted || this.context.signal.aborted) return;
      if (step.kind === 'unread') {
        yield fault(step.path === '' ? this.options.path : step.path, step.reason, 'everything');
        continue;
      }
      if (resumeAfter !== null && !isAfter(step.path, resumeAfter)) continue;
      if (files >= maxFiles) {
        yield fault(this.options.path, `more than ${maxFiles} files are to be read; those from ${step.path} on were left`, 'everything');
        return;
      }
      yield* this.findingsOf(root, step, signal);
      if ((files += 1) % checkpointEvery === 0) yield { kind: 'checkpoint', cursor: step.path };
    }
  }

  /** A folder that cannot be looked into hides itself; a file that cannot be read, what it held. */
  private async *findingsOf(root: string, { path, realPath }: Step & { kind: 'file' }, signal: AbortSignal): AsyncIterable<Finding> {
    const scope = scopeOf(path);
    const read = await readLimited(root, realPath, this.options.maxKilobytes * 1_024);
    if ('reason' in read) {
      yield fault(path, read.reason, { scope });
      return;
    }
    const contents = await certificatesIn(read.bytes, this.passwords, signal);
    for (const reason of contents.faults) yield fault(path, reason, contents.isLocked ? { scope } : 'nothing');
    yield* await found(path, scope, contents);
  }

  private stepsFrom(root: string, signal: AbortSignal): AsyncIterable<Step> {
    const [include, exclude] = [globsOf(this.options.include), globsOf(this.options.exclude)];
    return walk({ root, depth: this.options.depth, isWanted: (path) => matchesAny(include, path), isLeftOut: (path) => matchesAny(exclude, path), signal });
  }

  /** What is not allowed is not even looked for: nobody learns by it which files there are. */
  private async begin(): Promise<{ root: string; file: string | null }> {
    const { path, allowedFolders = [] } = this.options;
    const refused = (words: string) =>
      new AppError('failed_precondition', `${path} ${words}`, { reason: 'file.not_allowed', fields: [{ path: 'plugin.pluginOptions.path', message: words }] });
    const outside = 'is in no folder that SIFAKA_FILE_SOURCE_FOLDERS of this installation allows';
    if (!allowedFolders.some((folder) => isBelow(normalize(folder), normalize(path)))) throw refused(outside);
    const real = await realpath(path).catch((error: unknown) => {
      throw refused(`cannot be looked into (${codeOf(error)})`);
    });
    const folders = await Promise.all(allowedFolders.map((folder) => realpath(folder).catch(() => folder)));
    if (!folders.some((folder) => isBelow(folder, real))) throw refused(outside);
    const isFolder = (await stat(real)).isDirectory();
    return isFolder ? { root: real, file: null } : { root: dirname(real), file: real };
  }
}

async function found(path: string, scope: string, { groups }: Contents): Promise<Finding[]> {
  const all: (CertificatePath & { alias: string | null })[] = [];
  for (const { alias, certificatesDer, isOrdered } of groups) {
    const [certificateDer, ...chainDer] = certificatesDer;
    const paths = isOrdered && certificateDer !== undefined ? [{ certificateDer, chainDer: chainDer.slice(0, 20) }] : await pathsIn(certificatesDer);
    all.push(...paths.map((each) => ({ ...each, alias })));
  }
  return all.map(({ certificateDer, chainDer, alias }, index) => {
    const name = alias === null ? (all.length === 1 ? path : `${path}#${index + 1}`) : `${path}#${alias}`;
    return { kind: 'certificate', certificate: { certificateDer, chainDer, name, externalId: null, owner: null, description: `File ${path}`.slice(0, 1_024), scope } };
  });
}

/** The folder of a file; long ones by what tells them apart. */
function scopeOf(path: string): string {
  const folder = dirname(path);
  return folder.length <= 200 ? folder : `${folder.slice(0, 180)}…${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
}

const fault = (what: string, reason: string, hides: 'nothing' | 'everything' | { scope: string }): Finding => ({ kind: 'fault', fault: { what, reason, hides } });
