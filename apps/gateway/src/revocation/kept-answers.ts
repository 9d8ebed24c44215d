import { LRUCache } from 'lru-cache';

/** An answer of an authority about some of its certificates. */
export interface KeptAnswer {
  readonly slug: string;
  /** As `CertificateFacts.serialHex`. */
  readonly serials: readonly string[];
  readonly sizeBytes: number;
}

interface Entry<Answer> {
  readonly answer: Answer;
  readonly era: Era;
}

/** From one moment when everything of an authority was dropped to the next. */
type Era = symbol;

/** Answers in the order of their use, to be dropped by the certificates that they are about, or all of an authority at once. */
export class KeptAnswers<Answer extends KeptAnswer> {
  private readonly entries: LRUCache<string, Entry<Answer>>;
  private readonly eras = new Map<string, Era>();
  /** Keys of entries by authority and serial number. */
  private readonly bySerial = new Map<string, Set<string>>();

  constructor(maxBytes: number) {
    this.entries = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.ceil(maxBytes / 64),
      sizeCalculation: ({ answer: { sizeBytes, serials } }, key) => sizeBytes + key.length + entryBytes + serials.length * serialBytes,
      dispose: ({ answer }, key) => this.forget(key, answer),
    });
  }

  get(key: string): Answer | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && this.eras.get(entry.answer.slug) === entry.era ? entry.answer : undefined;
  }

  keep(key: string, answer: Answer): void {
    const era = this.eras.get(answer.slug) ?? Symbol(answer.slug);
    this.eras.set(answer.slug, era);
    this.entries.set(key, { answer, era });
    // One that is too long is not taken.
    if (this.entries.has(key)) this.note(key, answer);
  }

  /** @param serials null: everything of the authority, at no cost: what is left of it goes with its age */
  drop(slug: string, serials: readonly string[] | null): void {
    if (serials === null) this.eras.delete(slug);
    else for (const serial of serials) for (const key of [...(this.bySerial.get(nameOf(slug, serial)) ?? [])]) this.entries.delete(key);
  }

  /** Authorities of which there may be answers. */
  authorities(): Iterable<string> {
    return this.eras.keys();
  }

  /** Of how many serial numbers there is anything. */
  get serialCount(): number {
    return this.bySerial.size;
  }

  private note(key: string, { slug, serials }: Answer): void {
    for (const serial of serials) {
      const name = nameOf(slug, serial);
      const keys = this.bySerial.get(name);
      if (keys === undefined) this.bySerial.set(name, new Set([key]));
      else keys.add(key);
    }
  }

  private forget(key: string, { slug, serials }: Answer): void {
    for (const serial of serials) {
      const name = nameOf(slug, serial);
      const keys = this.bySerial.get(name);
      if (keys?.delete(key) === true && keys.size === 0) this.bySerial.delete(name);
    }
  }
}

const nameOf = (slug: string, serial: string): string => `${slug} ${serial}`;

/** Objects and places in tables of one answer, and of one serial number in it. */
const entryBytes = 512;
const serialBytes = 384;
