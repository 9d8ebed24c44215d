import { z } from 'zod';
import type { ConfigDefinition } from './definition.js';
import { platformSettings } from './platform-settings.js';
import type { Setting, Settings } from './setting.js';

/** The reference page of all settings as markdown: shared ones first, then those of each service. */
export function configReference(definitions: readonly ConfigDefinition[]): string {
  const shared = section('Every service', platformSettings);
  const own = definitions.map((definition) =>
    section(definition.service, Object.fromEntries(Object.entries(definition.settings).filter(([key]) => !(key in platformSettings)))),
  );
  return [heading, shared, ...own].filter((part) => part !== '').join('\n');
}

const heading = `# Configuration

Every setting can be given as an environment variable, as a file named by \`<VARIABLE>_FILE\`, or in the YAML file that
\`SIFAKA_CONFIG\` names (under the key or the variable's name). The environment wins over the file. Lists and maps in the
environment are JSON or comma separated. An empty variable counts as not set. All faults are reported at once, at start.
`;

function section(title: string, settings: Settings): string {
  const rows = Object.entries(settings).map(([key, setting]) => row(key, setting));
  if (rows.length === 0) return '';
  return [`## ${title}`, '', '| key | environment | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function row(key: string, setting: Setting): string {
  const names = setting.env.map((name) => `\`${name}\``).join(', ');
  return `| \`${key}\` | ${names} | ${defaultOf(setting)} | ${setting.describe.replaceAll('|', '\\|')} |`;
}

function defaultOf(setting: Setting): string {
  const result = z.safeParse(setting.schema, undefined);
  if (!result.success) return 'required';
  if (result.data === undefined) return 'none';
  if (setting.secret) return 'set';
  const text = JSON.stringify(result.data);
  return text === '[]' || text === '{}' || text === 'null' || text === '""' ? 'none' : `\`${text.replaceAll('|', '\\|')}\``;
}
