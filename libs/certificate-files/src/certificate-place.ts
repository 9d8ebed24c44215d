import { posix } from 'node:path';
import { AppError, isAppError } from '@sifaka/kernel';
import type { DeployableCertificate, DeployedCertificate } from '@sifaka/plugin-sdk';
import type { FileRights, FileStore, FoundFile } from './file-store.js';
import { besideOf, journalPathOf, readJournal, sha256Of, writeJournal, type Journal, type JournalEntry } from './journal.js';
import { belongsTo, isHeldBy, mainPlaceOf, placesOf, plannedFiles, type LayoutOptions, type PlannedFile } from './layout.js';
import { restoreEntries } from './restore.js';
import type { Server } from './server.js';

/** The files of one certificate below one folder, and the server that reads them. */
export class CertificatePlace {
  constructor(
    private readonly files: FileStore,
    private readonly options: LayoutOptions,
    private readonly server: Server,
    /** Of the files; left out: whoever writes. */
    private readonly owner: Pick<FileRights, 'uid' | 'gid'> = {},
  ) {}

  /** Of the certificate's place, the same for what takes it over. */
  externalId(certificate: Pick<DeployedCertificate, 'name' | 'commonName'>): string {
    return CertificatePlace.nameOf(this.options, certificate);
  }

  /** The same, told by options alone. */
  static nameOf(options: LayoutOptions, certificate: Pick<DeployedCertificate, 'name' | 'commonName'>): string {
    return posix.join(options.destinationPath, mainPlaceOf(placesOf(options, certificate)).path);
  }

  /**
   * Puts the files there, all or nothing: everything is on the disk under other names before the first one changes places, and what was
   * there is kept until `settle`. What is there already is not touched, and the server is not told.
   *
   * @returns whether anything had to be put there
   * @throws AppError with what the server said when it does not take them; `rollback` takes them back
   */
  async upload(certificate: DeployableCertificate): Promise<boolean> {
    const { fingerprint } = certificate;
    const planned = plannedFiles(this.options, certificate);
    const journalPath = this.journalPath(certificate);
    for (const folder of new Set(planned.map(({ path }) => posix.dirname(this.at(path))))) await this.files.makeFolder(folder);
    const journal = await this.unfinished(journalPath);
    const found = await this.findAll(planned);
    const changed = planned.filter((file) => !this.isThere(file, found.get(file.path) ?? null));
    if (changed.length === 0 && (journal?.fingerprint !== fingerprint || journal.state === 'placed')) return false;

    const entries = await this.entriesFor(certificate, { planned, found, journal });
    await writeJournal(this.files, journalPath, { version: 1, fingerprint, state: 'placing', entries });
    if (journal !== null) await this.dropKept(journal, entries);
    await this.place(fingerprint, changed);
    await this.server.takeOver();
    await writeJournal(this.files, journalPath, { version: 1, fingerprint, state: 'placed', entries });
    return true;
  }

  /** Has the server take over what is there. */
  reload(): Promise<void> {
    return this.server.takeOver();
  }

  /** Whether exactly this certificate is there, with its chain and its key. */
  async verify(certificate: DeployedCertificate): Promise<boolean> {
    for (const place of placesOf(this.options, certificate)) {
      const found = await this.files.read(this.at(place.path));
      if (!isHeldBy(this.options, certificate, place, found?.content ?? null)) return false;
    }
    return true;
  }

  /**
   * Puts back what the upload of this certificate replaced, and has the server take it over.
   *
   * @throws AppError `failed_precondition`, reason `destination.not_reloaded`, when the files are back and the server does not take them
   */
  async rollback(certificate: DeployedCertificate): Promise<void> {
    const journalPath = this.journalPath(certificate);
    const journal = await readJournal(this.files, journalPath);
    if (journal?.fingerprint !== certificate.fingerprint || journal.state === 'removing') return;
    if (journal.state === 'settled') {
      await this.forget(journal, journalPath);
      return;
    }
    if (journal.state !== 'restored') {
      await restoreEntries(this.files, this.options.destinationPath, journal);
      await writeJournal(this.files, journalPath, { ...journal, state: 'restored' });
    }
    // A server that had nothing before may well complain that it has nothing.
    const hadFiles = journal.entries.some(({ before }) => before !== null);
    await this.server.takeOver().catch((error: unknown) => {
      if (hadFiles) throw notReloaded(error);
    });
    await this.forget(journal, journalPath);
    await this.tidy(certificate);
  }

  /** Lets go of what was kept for a rollback of this certificate. */
  async settle(certificate: DeployedCertificate): Promise<void> {
    const journalPath = this.journalPath(certificate);
    const journal = await readJournal(this.files, journalPath);
    if (journal?.fingerprint !== certificate.fingerprint || journal.state === 'removing') return;
    // Said first: a rollback that comes after a crash in the midst of this must not put back half of it.
    await writeJournal(this.files, journalPath, { ...journal, state: 'settled' });
    await this.forget(journal, journalPath);
  }

  /**
   * Takes the files of this certificate away, and no others. A server that cannot do without them keeps them.
   *
   * @throws AppError `failed_precondition` with what the server said; everything is as it was
   */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const { fingerprint } = certificate;
    const journalPath = this.journalPath(certificate);
    const journal = await this.unfinished(journalPath);
    if (journal?.fingerprint === fingerprint) {
      if (journal.state === 'placing') await restoreEntries(this.files, this.options.destinationPath, journal);
      await this.forget(journal, journalPath);
    }
    const places = placesOf(this.options, certificate);
    const found = await this.findAll(places);
    const main = mainPlaceOf(places);
    const mainFound = found.get(main.path);
    if (mainFound !== undefined && !belongsTo(certificate, main, mainFound.content)) return;
    const own = places.filter((place) => {
      const file = found.get(place.path);
      return file !== undefined && belongsTo(certificate, place, file.content);
    });
    if (own.length > 0) await this.takeAway(fingerprint, journalPath, own.map(({ path }) => ({ path, sha256: sha256Of(found.get(path)?.content ?? Buffer.of()) })));
    await this.tidy(certificate);
  }

  private async takeAway(fingerprint: string, journalPath: string, own: readonly { path: string; sha256: string }[]): Promise<void> {
    const entries = own.map(({ path, sha256 }) => ({ path, before: { kept: besideOf(path, fingerprint, 'before'), sha256 }, after: null }));
    const journal: Journal = { version: 1, fingerprint, state: 'removing', entries };
    for (const { path, before } of entries) await this.files.keep(this.at(path), this.at(before.kept));
    await writeJournal(this.files, journalPath, journal);
    for (const { path } of entries) await this.files.remove(this.at(path));
    try {
      await this.server.takeOver();
    } catch (error) {
      await restoreEntries(this.files, this.options.destinationPath, journal);
      await this.forget(journal, journalPath);
      if (!isAppError(error) || error.reason !== 'destination.command_failed') throw error;
      throw new AppError('failed_precondition', `the files are still needed at ${this.files.machine}, and stay there: ${error.message}`, { reason: 'destination.still_needed', cause: error });
    }
    await this.forget(journal, journalPath);
  }

  /** What is known of an upload that was not settled; a removal that was cut off is taken back, and what was left of a settled one goes. */
  private async unfinished(journalPath: string): Promise<Journal | null> {
    const journal = await readJournal(this.files, journalPath);
    if (journal === null || journal.state === 'placing' || journal.state === 'placed') return journal;
    // Nothing of a restored one is there any more.
    if (journal.state === 'removing') await restoreEntries(this.files, this.options.destinationPath, journal);
    await this.forget(journal, journalPath);
    return null;
  }

  /** What a rollback of this upload puts back: what is there now, but for files that an upload changed which never came to its end. */
  private async entriesFor({ fingerprint }: DeployableCertificate, { planned, found, journal }: { planned: readonly PlannedFile[]; found: ReadonlyMap<string, FoundFile>; journal: Journal | null }): Promise<JournalEntry[]> {
    const goesOn = journal !== null && (journal.fingerprint === fingerprint || journal.state === 'placing');
    const known = new Map(goesOn ? journal.entries.map((entry) => [entry.path, entry]) : []);
    const entries: JournalEntry[] = [];
    for (const { path, content } of planned) {
      const after = content === null ? null : sha256Of(content);
      const before = known.get(path);
      known.delete(path);
      entries.push(before === undefined ? { path, before: await this.keep(path, fingerprint, found.get(path) ?? null), after } : { ...before, after });
    }
    return [...entries, ...known.values()];
  }

  private async keep(path: string, fingerprint: string, found: FoundFile | null): Promise<JournalEntry['before']> {
    if (found === null) return null;
    const kept = besideOf(path, fingerprint, 'before');
    await this.files.keep(this.at(path), this.at(kept));
    return { kept, sha256: sha256Of(found.content) };
  }

  private async place(fingerprint: string, changed: readonly PlannedFile[]): Promise<void> {
    const pairs = [];
    for (const { path, content, mode } of changed) {
      if (content === null) continue;
      const from = this.at(besideOf(path, fingerprint, 'new'));
      await this.files.write(from, content, { mode, ...this.owner });
      pairs.push({ from, to: this.at(path) });
    }
    await this.files.rename(pairs);
    for (const { path, content } of changed) if (content === null) await this.files.remove(this.at(path));
  }

  private async findAll(places: readonly { path: string }[]): Promise<Map<string, FoundFile>> {
    const all = new Map<string, FoundFile>();
    for (const { path } of places) {
      const found = await this.files.read(this.at(path));
      if (found !== null) all.set(path, found);
    }
    return all;
  }

  private isThere({ content, mode }: PlannedFile, found: FoundFile | null): boolean {
    if (content === null || found === null) return content === found;
    const { uid = found.uid, gid = found.gid } = this.owner;
    return found.content.equals(content) && found.mode === mode && found.uid === uid && found.gid === gid;
  }

  /** Drops what an earlier upload kept and this one does not need. */
  private async dropKept(journal: Journal, entries: readonly JournalEntry[]): Promise<void> {
    const needed = new Set(entries.map(({ before }) => before?.kept));
    for (const { path, before } of journal.entries) {
      if (before !== null && !needed.has(before.kept)) await this.files.remove(this.at(before.kept));
      await this.files.remove(this.at(besideOf(path, journal.fingerprint, 'new')));
    }
  }

  private async forget(journal: Journal, journalPath: string): Promise<void> {
    await this.dropKept(journal, []);
    await this.files.remove(journalPath);
  }

  /** Folders of the certificate's own that are empty now. */
  private async tidy(certificate: DeployedCertificate): Promise<void> {
    const folders = new Set(placesOf(this.options, certificate).map(({ path }) => posix.dirname(path)));
    for (const folder of folders) for (let each = folder; each !== '.'; each = posix.dirname(each)) await this.files.removeFolder(this.at(each));
  }

  private journalPath(certificate: DeployedCertificate | DeployableCertificate): string {
    return this.at(journalPathOf(mainPlaceOf(placesOf(this.options, certificate)).path));
  }

  private at(path: string): string {
    return posix.join(this.options.destinationPath, path);
  }
}

/** Only the server itself can tell what it serves now. */
function notReloaded(error: unknown): unknown {
  if (!isAppError(error) || error.reason !== 'destination.command_failed') return error;
  return new AppError('failed_precondition', error.message, { reason: 'destination.not_reloaded', cause: error });
}
