import type { Measurement } from '@sifaka/plugin-sdk';

/** Fits the smallest frame of common networks (1,500 bytes, less the headers): a larger datagram is cut up, and lost whole when a part of it is. */
const datagramBytes = 1_432;

const types = { counter: 'c', gauge: 'g', timer: 'ms' } as const;

/**
 * Measurements in the datagram format of DogStatsD: `prefix.name:value|type|#tag:value,tag:value`, one a line, as many as fit into a datagram.
 * What a text must not hold becomes an underscore; a value that is no number is left out.
 *
 * See https://docs.datadoghq.com/developers/dogstatsd/datagram_shell
 */
export function datagramsOf(measurements: readonly Measurement[], prefix: string | undefined): string[] {
  const datagrams: string[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const close = () => {
    if (lines.length > 0) datagrams.push(lines.join('\n'));
    lines = [];
    bytes = 0;
  };
  for (const measurement of measurements) {
    if (!Number.isFinite(measurement.value)) continue;
    const line = lineOf(measurement, prefix);
    const lineBytes = Buffer.byteLength(line) + 1;
    if (bytes + lineBytes > datagramBytes) close();
    lines.push(line);
    bytes += lineBytes;
  }
  close();
  return datagrams;
}

function lineOf({ name, type, value, tags }: Measurement, prefix: string | undefined): string {
  const written = Object.entries(tags).flatMap(([tag, text]) => (tag === '' || text === '' ? [] : [`${tagName(tag)}:${tagText(text)}`]));
  const full = prefix === undefined ? metricName(name) : `${prefix}.${metricName(name)}`;
  return `${full}:${value}|${types[type]}${written.length === 0 ? '' : `|#${written.join(',')}`}`;
}

/** Letters of ASCII, digits, dots, underscores and hyphens: what servers keep as it is. */
const metricName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/gu, '_');

const tagName = (tag: string): string => tagText(tag).replaceAll(':', '_');

/** Separators, what ends a line, and what no screen shows. */
// eslint-disable-next-line no-control-regex -- they are what is taken out
const tagText = (text: string): string => text.replaceAll(/[|,#;=\s\u0000-\u001f\u007f]/gu, '_');
