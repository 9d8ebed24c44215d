import type { Finding, PluginContext, ScanRequest, Source, StoredCertificate } from '@sifaka/plugin-sdk';
import { entryFingerprint, kvStoreOf, readBundleEntry, type KvStore } from '@sifaka/vault';
import type { VaultSourceOptions } from './options.js';

/** The certificates of one secret, by common name, in whatever style they were put there. */
export class VaultSource implements Source {
  private readonly engine: KvStore;
  private readonly path: string;

  constructor(
    private readonly options: VaultSourceOptions,
    context: PluginContext,
  ) {
    this.engine = kvStoreOf(options, context);
    this.path = `${options.vaultPath}/${options.objectName}`;
  }

  async check(): Promise<void> {
    await this.engine.checkRights(this.path, ['read']);
    await this.engine.read(this.path);
  }

  /** A secret that is not there holds no certificates; one that cannot be read is a fault of the whole run. */
  async *scan({ signal }: ScanRequest): AsyncIterable<Finding> {
    const entries = Object.entries((await this.engine.read(this.path)) ?? {});
    for (const [name, entry] of entries) {
      if (signal.aborted) return;
      yield this.finding(name, entry);
    }
  }

  async remove({ name, fingerprint }: StoredCertificate): Promise<void> {
    await this.engine.update(this.path, (data) => {
      const key = Object.keys(data).find((each) => (each === name || this.externalIdOf(each) === name) && entryFingerprint(data[each]) === fingerprint);
      if (key === undefined) return data;
      const { [key]: _gone, ...others } = data;
      return Object.keys(others).length === 0 ? null : others;
    });
  }

  private finding(name: string, entry: unknown): Finding {
    const externalId = this.externalIdOf(name);
    try {
      return { kind: 'certificate', certificate: { ...readBundleEntry(entry), name, externalId, owner: null, description: null } };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { kind: 'fault', fault: { what: externalId, reason: `the entry ${error.message}`, hides: 'nothing' } };
    }
  }

  private externalIdOf(name: string): string {
    return `${this.options.vaultMount}/${this.path}#${name}`;
  }
}
