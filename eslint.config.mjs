import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { boundaries } from './scripts/lint/boundaries.mjs';
import { browser, general, pure } from './scripts/lint/restrictions.mjs';

const sources = ['{apps,libs,plugins}/*/{src,test}/**/*.{ts,tsx}', '{e2e,bench}/**/*.ts'];
const pages = ['apps/web/src/**/*.{ts,tsx}'];
const specs = ['**/*.spec.ts', '**/test/**/*.ts', 'libs/{testing,peers}/**/*.ts', '{e2e,bench}/**/*.ts'];
const programs = ['**/*.mjs', '**/*.js'];

const moduleBoundaries = (where) => [
  'error',
  { allow: [], enforceBuildableLibDependency: false, banTransitiveDependencies: true, depConstraints: boundaries(where) },
];

const unused = [
  'error',
  { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**', '.nx/**', '.sifaka/**', '.cache/**', 'docs/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: sources,
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ['tsconfig.spec.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries({ forTests: false }),
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': unused,
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // A decorated class without members is how a Nest module looks.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // `query<Row>(sql)` names the type of its answer and nothing else.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // An inferred schema type shares its name with its schema, a row is a record: both forms have their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // An interface that answers with a promise may be met by a method that need not wait.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': ['error', { ignoreStatic: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      'no-restricted-imports': ['error', general.imports],
      'no-restricted-properties': ['error', ...general.properties],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['libs/config/src/**/*.ts', 'apps/*/src/main.ts', 'apps/cli/src/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['libs/config/src/**/*.ts', 'apps/standalone/src/main.ts', 'apps/cli/src/main.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': ['error', { patterns: general.imports.patterns }] },
  },
  {
    files: ['libs/{pki,policy,authz}/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-imports': ['error', pure.imports],
      'no-restricted-syntax': ['error', ...pure.syntax],
      'no-restricted-globals': ['error', ...pure.globals],
    },
  },
  {
    files: ['libs/{kernel,contracts,api-client}/src/**/*.ts'],
    ignores: specs,
    rules: { 'no-restricted-imports': ['error', browser.imports], 'no-restricted-globals': ['error', ...browser.globals] },
  },
  {
    files: pages,
    languageOptions: { parserOptions: { project: ['apps/web/tsconfig.json'] } },
    // A page says in one place what it shows.
    rules: { 'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['apps/web/public/**/*.js'], languageOptions: { globals: globals.browser } },
  // A row of the database or a record of a foreign format takes its shape where it is mapped, and nowhere else.
  { files: ['**/*.view.ts', '**/*.mapper.ts'], rules: { '@typescript-eslint/consistent-type-assertions': 'off' } },
  // SQL is as long as it is.
  { files: ['**/migrations/**/*.ts'], rules: { 'max-lines': 'off' } },
  // Generated.
  { files: ['libs/config/src/known-names.ts'], rules: { 'max-lines': 'off' } },
  {
    files: specs,
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries({ forTests: true }),
      '@typescript-eslint/consistent-type-assertions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off',
      'no-console': 'off',
    },
  },
  {
    files: programs,
    extends: [js.configs.recommended, tseslint.configs.base],
    languageOptions: { globals: globals.node },
    rules: {
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': unused,
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  prettier,
);
