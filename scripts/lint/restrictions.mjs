/** What a part of the tree must not reach, beyond the import rules between projects. */

const builtin = (names) => names.flatMap((name) => [name, `node:${name}`, `${name}/promises`, `node:${name}/promises`]);

const inputOutput = builtin([
  'fs',
  'net',
  'http',
  'https',
  'http2',
  'tls',
  'dns',
  'dgram',
  'child_process',
  'worker_threads',
  'cluster',
  'timers',
  'readline',
]);

const deepImport = {
  group: ['@sifaka/*/*', '!@sifaka/e2e/*', '!@sifaka/plugin-sdk/conformance', '!@sifaka/aws/*', '!@sifaka/*/stand-in'],
  message: 'Import a project by its package entry.',
};

const environment = { name: 'node:process', importNames: ['env'], message: 'Only libs/config reads the environment.' };

/** Domain libraries decide; whoever calls them reads, waits, and brings the time and the dice. */
export const pure = {
  imports: {
    paths: [
      environment,
      ...inputOutput.map((name) => ({ name, message: 'Domain libraries do no input or output.' })),
      {
        name: 'node:crypto',
        importNames: [
          'randomBytes',
          'randomUUID',
          'randomInt',
          'randomFill',
          'randomFillSync',
          'generateKeyPair',
          'generateKeyPairSync',
          'webcrypto',
        ],
        message: 'Domain libraries take randomness as an argument.',
      },
    ],
    patterns: [deepImport],
  },
  syntax: [
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Domain libraries take the time as an argument.' },
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: 'Domain libraries take the time as an argument.',
    },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'Domain libraries take randomness as an argument.',
    },
  ],
  globals: ['fetch', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
    name,
    message: 'Domain libraries do no input or output.',
  })),
};

/** Loads in a browser as it is: no module of Node, no Node global. */
export const browser = {
  imports: {
    patterns: [
      deepImport,
      {
        regex: `^(node:.*|${builtin(['crypto', 'path', 'os', 'util', 'stream', 'buffer', 'events', 'url', 'zlib', 'process']).join('|')}|${inputOutput.join('|')})$`,
        message: 'This project loads in a browser.',
      },
    ],
  },
  globals: ['Buffer', 'process', 'global', 'require', '__dirname', '__filename', 'setImmediate'].map((name) => ({
    name,
    message: 'This project loads in a browser.',
  })),
};

/** Everywhere. */
export const general = {
  imports: { paths: [environment], patterns: [deepImport] },
  properties: [{ object: 'process', property: 'env', message: 'Only libs/config reads the environment: declare a setting.' }],
};
