import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Nx plugin: every workspace project with TypeScript gets the targets `lint` and `test` (unit specs only, which need no server).
 * The whole repository is linted and tested in one process by `npm run lint` and `npm test`; these targets serve `nx affected`.
 */
export const createNodesV2 = [
  '{apps,libs,plugins}/*/package.json',
  (files, _options, context) =>
    files.flatMap((file) => {
      const root = dirname(file);
      if (!existsSync(join(context.workspaceRoot, root, 'tsconfig.json'))) return [];
      return [[file, { projects: { [root]: { root, targets: targetsOf(root) } } }]];
    }),
];

function targetsOf(root) {
  return {
    lint: { command: `node node_modules/eslint/bin/eslint.js --max-warnings=0 ${root}` },
    test: {
      command: `node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects unit --passWithNoTests --rootDir=. ${root}/`,
    },
  };
}
