/** Collects the conditions of a list and their parameters; `?` in a text stands for the next value. */
export class Conditions {
  private readonly texts: string[] = [];
  readonly values: unknown[] = [];

  add(text: string, ...values: unknown[]): void {
    let next = 0;
    this.texts.push(text.replaceAll('?', () => this.parameter(values[next++])));
  }

  /** Adds a value without a condition, for limits and cursors; returns its placeholder. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** `where …`, or nothing. */
  get where(): string {
    return this.texts.length === 0 ? '' : `where ${this.texts.join(' and ')}`;
  }
}

/** Pattern for "contains": the caller's `%`, `_` and `\` are characters like any other. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

const trueWords = ['true', 'yes', 'on', 't', '1'];

/** The truth of a filter value (rest-api §1.5): everything else is false. */
export function truth(text: string): boolean {
  return trueWords.includes(text.toLowerCase());
}
