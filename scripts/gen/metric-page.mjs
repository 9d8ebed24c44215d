import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, root } from '../workspace.mjs';

const declaration = /(?<![\w.])(counter|gauge|histogram|observe)\(\s*'([a-z0-9_]+)',\s*'((?:[^'\\]|\\.)*)'\s*,?\s*(\[[^\]]*\]|labels\b)?/g;
const namedLabels = /const labels = (\[[^\]]*\]) as const/;

/** Metrics of the product's own, found where they are declared: in one statement, with name, help and labels written out. */
export function declaredMetrics() {
  const files = ['apps', 'libs'].flatMap((group) => filesBelow(group, (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts')));
  return files.filter((path) => !path.includes('/test/')).flatMap(declaredIn);
}

function declaredIn(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const project = path.split('/').slice(0, 2).join('/');
  return [...text.matchAll(declaration)].map((found) => {
    const [, kind, name, help, labels] = found;
    const after = text.slice(found.index, found.index + 800);
    return { name, help: help.replaceAll("\\'", "'"), project, kind: kind === 'observe' ? 'gauge' : kind, labels: kind === 'observe' ? observedLabels(text, after) : words(labels === 'labels' ? namedLabels.exec(text)?.[1] : labels) };
  });
}

const words = (list = '') => [...list.matchAll(/'([^']+)'/g)].map(([, word]) => word);

/** What is asked for when metrics are read says its labels with its values; before the next such metric, or else in another function of the file. */
function observedLabels(text, after) {
  const own = after.slice(0, 1 + (after.slice(1).search(/observe\(/) >>> 0));
  const found = /labels: \{([^}]*)\}/.exec(own) ?? (own.includes('this.') ? /labels: \{([^}]*)\}/.exec(text) : null);
  return found === null ? [] : [...found[1].matchAll(/(\w+)\s*(?::[^,;]*)?[,;]?/g)].map(([, word]) => word);
}
