const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Reference page of one plugin, from its definition and the options that the API shows of it. */
export function pluginPage(plugin, folder) {
  const options = plugin.pluginOptions();
  const lines = [
    `# ${plugin.title} (\`${plugin.slug}\`)`,
    '',
    `${plugin.description.replace(/\.?$/, '.')} Kind: ${plugin.kind}. Version ${plugin.version}. Source: [\`${folder}\`](../../../${folder}).`,
    '',
    ...(options.length === 0
      ? ['It has no options.']
      : ['| option | type | required | default | meaning |', '|---|---|---|---|---|', ...options.map(row)]),
  ];
  return `${lines.join('\n')}\n`;
}

function row(option) {
  const choices = Array.isArray(option.available) ? ` (${option.available.join(', ')})` : '';
  const fallback = option.default;
  const shown = fallback === undefined || fallback === null || fallback === '' ? 'none' : `\`${JSON.stringify(fallback)}\``;
  return `| \`${option.name}\` | ${cell(option.type)}${cell(choices)} | ${option.required ? 'yes' : 'no'} | ${cell(shown)} | ${cell(option.helpMessage ?? '')} |`;
}

/** All plugins, kind by kind. */
export function pluginIndex(plugins) {
  const kinds = [...new Set(plugins.map(({ kind }) => kind))].sort();
  const list = (kind) => plugins.filter((plugin) => plugin.kind === kind).sort((a, b) => (a.slug < b.slug ? -1 : 1));
  const parts = kinds.map(
    (kind) =>
      `## ${kind}\n\n${list(kind)
        .map(({ slug, title, description }) => `- [${title}](${slug}.md) (\`${slug}\`): ${description}`)
        .join('\n')}\n`,
  );
  return `# Plugins\n\n${parts.join('\n')}`;
}
