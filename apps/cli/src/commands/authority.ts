import {
  createAuthorityOperation,
  importAuthorityOperation,
  listAuthoritiesOperation,
  signingAlgorithms,
  type AuthorityView,
} from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, fileText } from '../command.js';
import { pluginOptions, secretFlags, setFlags, SetOptions } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findAuthority } from './find.js';

const columns = {
  id: (row: AuthorityView) => row.id,
  name: (row: AuthorityView) => row.name,
  state: (row: AuthorityView) => (row.active ? 'active' : 'inactive'),
  'not after': (row: AuthorityView) => row.authorityCertificate.notAfter,
  issuer: (row: AuthorityView) => row.plugin.title,
  owner: (row: AuthorityView) => row.owner,
};

const fields = {
  Id: (row: AuthorityView) => row.id,
  Name: (row: AuthorityView) => row.name,
  State: (row: AuthorityView) => (row.active ? 'active' : 'inactive'),
  Owner: (row: AuthorityView) => row.owner,
  Issuer: (row: AuthorityView) => row.plugin.title,
  'Not before': (row: AuthorityView) => row.authorityCertificate.notBefore,
  'Not after': (row: AuthorityView) => row.authorityCertificate.notAfter,
  Roles: (row: AuthorityView) => row.roles.map(({ name }) => name),
  Description: (row: AuthorityView) => row.description,
  Certificate: (row: AuthorityView) => row.authorityCertificate.body,
};

export function authorityCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'authorities that you may use',
    options: [
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({ count: count().default(50), page: count().default(1) }),
    async run(context, window) {
      const { items } = await context.api.call(listAuthoritiesOperation, { query: { ...window, sortBy: 'id', sortDir: 'desc' } });
      context.list(items, columns);
    },
  });
  define(parent, terminal, {
    name: 'show <authority>',
    summary: 'one authority, by id or name, with its certificate',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findAuthority(context.api, name), fields),
  });
  createCommand(parent, terminal);
  importCommand(parent, terminal);
}

function createCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'create <name>',
    summary: 'a root, or with --parent an authority below another',
    required: [['--owner <address>', 'e-mail address of the team that answers for it']],
    options: [
      ['--parent <authority>', 'by id or name'],
      ['--cn <name>', 'common name; the name when not given'],
      ['--years <years>', 'how long it is valid (10)'],
      ['--key-type <type>', 'ECCPRIME256V1, RSA4096, … (ECCPRIME256V1)'],
      ['--signing-algorithm <name>', `one of ${signingAlgorithms.join(', ')}; fits the key when not given`],
      ['--path-length <levels>', 'how many levels of authorities may stand below it'],
      ['--issuer <plugin>', 'who makes it, or stands for it (cryptography-issuer)'],
      setFlags,
      secretFlags,
      ['--description <text>', 'what it is for'],
    ],
    schema: z.object({
      owner: z.string(),
      parent: z.string().optional(),
      cn: z.string().optional(),
      years: count().default(10),
      keyType: z.string().default('ECCPRIME256V1'),
      signingAlgorithm: z.enum(signingAlgorithms).optional(),
      pathLength: z.coerce.number().int().min(0).max(255).optional(),
      issuer: z.string().default('cryptography-issuer'),
      set: SetOptions,
      secret: z.string().optional(),
      description: z.string().optional(),
    }),
    async run(context, options, [name = '']) {
      const { parent: above, cn, years, keyType, signingAlgorithm, pathLength, issuer, set, secret, owner, description } = options;
      const body = {
        name,
        owner,
        description,
        keyType,
        commonName: cn ?? name,
        validityYears: years,
        signingAlgorithm: signingAlgorithm ?? (keyType.startsWith('RSA') ? ('sha256WithRSA' as const) : ('sha256WithECDSA' as const)),
        plugin: { slug: issuer, pluginOptions: await pluginOptions(terminal, set, secret) },
        ...(above === undefined
          ? { type: 'root' as const }
          : { type: 'subca' as const, parent: { id: (await findAuthority(context.api, above)).id } }),
        ...(pathLength !== undefined && { extensions: { basicConstraints: { ca: true, path_length: pathLength } } }),
      };
      context.object(await context.api.call(createAuthorityOperation, { body }), fields);
    },
  });
}

function importCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'import <name>',
    summary: 'take an existing CA with its key into service',
    required: [
      ['--owner <address>', 'e-mail address of the team that answers for it'],
      ['--body <file>', 'its certificate in PEM'],
      ['--key <file>', 'its private key in PEM'],
    ],
    options: [
      ['--chain <file>', 'its chain in PEM'],
      ['--description <text>', 'what it is for'],
    ],
    schema: z.object({
      owner: z.string(),
      body: z.string(),
      key: z.string(),
      chain: z.string().optional(),
      description: z.string().optional(),
    }),
    async run(context, { owner, body, key, chain, description }, [name = '']) {
      const files = {
        body: await fileText(body),
        privateKey: await fileText(key),
        ...(chain !== undefined && { chain: await fileText(chain) }),
      };
      context.object(await context.api.call(importAuthorityOperation, { body: { name, owner, description, ...files } }), fields);
    },
  });
}
