/** Collects the conditions of a list and their parameters; `?` in a text stands for the next value. */
export class Conditions {
  private readonly texts: string[] = [];
  readonly values: unknown[] = [];

  add(text: string, ...values: unknown[]): void {
    let next = 0;
    this.texts.push(text.replaceAll('?', () => this.parameter(values[next++])));
  }

  /** Adds a value without a condition, for limits and offsets; returns its placeholder. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  copy(): Conditions {
    const copy = new Conditions();
    copy.texts.push(...this.texts);
    copy.values.push(...this.values);
    return copy;
  }

  /** `where …`, or nothing. */
  get where(): string {
    return this.texts.length === 0 ? '' : `where ${this.texts.join(' and ')}`;
  }
}
