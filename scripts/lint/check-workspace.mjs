import { builtinModules } from 'node:module';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { filesBelow, projects, readJson, root } from '../workspace.mjs';

/**
 * What no linter sees: the compiler's project references, the packages' dependencies and the imports tell the same story.
 *
 * @returns {string[]} one sentence for each contradiction
 */
export function checkWorkspace() {
  const all = projects();
  const manifest = readJson(join(root, 'package.json'));
  return [...checkRootReferences(all), ...all.flatMap((project) => [...checkReferences(project, all), ...checkImports(project, manifest)])];
}

function checkRootReferences(all) {
  const listed = new Set(readJson(join(root, 'tsconfig.json')).references.map((reference) => reference.path));
  // What measures and tests from outside is compiled apart, and what a bundler makes is only checked: a start needs none of it.
  const compiled = all
    .filter(({ folder, tsconfig }) => tsconfig !== null && folder.includes('/') && !isBundled(tsconfig))
    .map(({ folder }) => folder);
  return [
    ...compiled.filter((folder) => !listed.has(folder)).map((folder) => `tsconfig.json: reference to ${folder} is missing`),
    ...[...listed].filter((folder) => !compiled.includes(folder)).map((folder) => `tsconfig.json: ${folder} is no compiled project`),
  ];
}

const isBundled = (tsconfig) => tsconfig?.compilerOptions?.noEmit === true;

function checkReferences({ folder, manifest, tsconfig }, all) {
  if (tsconfig === null) return [];
  const byFolder = new Map(all.map((project) => [project.folder, project.manifest.name]));
  const referenced = (tsconfig.references ?? []).map(({ path }) => byFolder.get(posix.normalize(posix.join(folder, path))) ?? path);
  const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@sifaka/'));
  return [
    ...referenced
      .filter((name) => !declared.includes(name))
      .map((name) => `${folder}: references ${name} in tsconfig.json, but package.json does not depend on it`),
    ...declared
      .filter((name) => !referenced.includes(name))
      .map((name) => `${folder}: depends on ${name} in package.json, but tsconfig.json does not reference it`),
  ];
}

const importPattern =
  /(?:^|[\s;}])(?:import|export)\s*(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;
const builtin = new Set(builtinModules);

function checkImports({ folder, manifest, tsconfig }, rootManifest) {
  const external = { ...rootManifest.dependencies, ...manifest.dependencies };
  const forTests = { ...external, ...rootManifest.devDependencies, ...manifest.devDependencies };
  return filesBelow(folder, (name) => /\.[cm]?tsx?$/.test(name)).flatMap((file) => {
    // What goes into a bundle is needed when it is made, and not when it is served.
    const allowed = isForTests(file) || isBundled(tsconfig) ? forTests : external;
    return importsOf(file)
      .filter((name) => name !== manifest.name && !(name in allowed))
      .map(
        (name) =>
          `${file}: imports ${name}, which ${name.startsWith('@sifaka/') ? `${folder}/package.json` : 'package.json'} does not declare`,
      );
  });
}

const isForTests = (file) => /\.spec\.ts$|\/test\/|\/conformance\/|\/stand-in[/.]|^e2e\/|^bench\/|^libs\/(testing|peers)\//.test(file);

function importsOf(file) {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const names = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2]);
  return [...new Set(names.filter((name) => /^[@a-z]/.test(name) && !/^node:|\$\{/.test(name) && !builtin.has(name)).map(packageOf))];
}

const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
