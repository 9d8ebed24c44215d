import type { Measurement } from '@sifaka/plugin-sdk';

/**
 * Points in the line protocol of InfluxDB: the measurement is the name, `metric_type` and Lemur's tags are its tags, `value` is its field.
 * A value that is no number is left out: InfluxDB knows none.
 *
 * Points of one series at one moment are the same point, of which the last counts. Each has therefore its own nanosecond.
 *
 * See https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 */
export class LineProtocol {
  /** @param next where the count of nanoseconds begins, below a million: others write to the same series */
  constructor(private next: number) {}

  lines(measurements: readonly Measurement[]): string {
    return measurements
      .filter(({ value }) => Number.isFinite(value))
      .map((measurement) => this.line(measurement))
      .join('\n');
  }

  private line({ name, type, value, tags, at }: Measurement): string {
    const pairs = Object.entries<string>({ metric_type: type, ...tags }).flatMap(([tag, text]) => (tag === '' || text === '' ? [] : [`,${tagName(tag)}=${escaped(text)}`]));
    this.next = (this.next + 1) % nanosecondsInMillisecond;
    return `${measurementName(name)}${pairs.join('')} value=${value} ${at.getTime()}${String(this.next).padStart(6, '0')}`;
  }
}

export const nanosecondsInMillisecond = 1_000_000;

/** A line that begins with # is a comment. */
const measurementName = (name: string): string => escaped(name).replace(/^#/, '_').replaceAll('\\=', '=');

/** These are InfluxDB's own. */
const reserved = new Set(['time', '_measurement', '_field']);

const tagName = (tag: string): string => escaped(reserved.has(tag) ? `${tag}_` : tag);

/** A backslash escapes what follows it and cannot itself be escaped; what ends a line ends the point. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '/')
    // eslint-disable-next-line no-control-regex -- they are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f]/gu, ' ')
    .replaceAll(/[,= ]/g, '\\$&');
