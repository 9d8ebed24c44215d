import { createEndpointOperation, StartTlsProtocol, updateEndpointOperation } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, type Context } from '../command.js';
import type { Terminal } from '../terminal.js';
import { endpointFields } from './endpoint-fields.js';
import { findCertificate, findDestination, findEndpoint } from './find.js';

const options = [
  ['--port <port>', 'where it listens (443)'],
  ['--start-tls <protocol>', `begins in the clear: ${StartTlsProtocol.options.join(', ')}`],
  ['--server-name <name>', 'sent as SNI; otherwise its DNS name'],
  ['--alias <name...>', 'further names of it'],
  ['--type <type>', 'a word of your own'],
  ['--owner <address>', 'who answers for it'],
  ['--certificate <certificate>', 'what it should present, by id or name'],
  ['--destination <destination>', 'what puts certificates there: rotation goes through it'],
  ['--inactive', 'not looked at, and not rotated'],
] as const;

const Options = z.object({
  name: z.string().optional(),
  port: count().optional(),
  startTls: StartTlsProtocol.optional(),
  serverName: z.string().optional(),
  alias: z.array(z.string()).optional(),
  type: z.string().optional(),
  owner: z.string().optional(),
  certificate: z.union([z.string(), z.literal(false)]).optional(),
  destination: z.union([z.string(), z.literal(false)]).optional(),
  inactive: z.boolean().default(false),
});
type Options = z.output<typeof Options>;

/** Endpoints by hand. */
export function endpointChangeCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'add <dnsname>',
    summary: 'add one by hand; what it presents is looked at in the background',
    options: [['--name <name>', 'what it is called; otherwise its address'], ...options],
    schema: Options,
    async run(context, given, [dnsname = '']) {
      const { name, port = 443, startTls, serverName, alias, type, owner, inactive } = given;
      const body = {
        name: name ?? `${dnsname}:${port}`,
        dnsname,
        port,
        startTls,
        serverName,
        dnsAliases: alias,
        type,
        owner,
        active: !inactive,
        ...(await references(context, given)),
      };
      context.object(await context.api.call(createEndpointOperation, { body }), endpointFields);
    },
  });
  editCommand(parent, terminal);
}

function editCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'edit <endpoint>',
    summary: 'change one made by hand; of others owner, activity and what it should present. What is not named stays',
    options: [
      ['--name <name>', 'what it is called'],
      ['--dnsname <name>', 'its DNS name or address'],
      ...options,
      ['--active', 'looked at again'],
      ['--no-certificate', 'whatever it presents is right'],
      ['--no-destination', 'no destination puts certificates there'],
    ],
    schema: Options.extend({ dnsname: z.string().optional(), active: z.boolean().default(false) }),
    async run(context, given, [text = '']) {
      const { name, dnsname, port, startTls, serverName, alias, type, owner, active, inactive } = given;
      if (active && inactive) throw new AppError('invalid_argument', '--active and --inactive cannot both be meant');
      const before = await findEndpoint(context.api, text);
      const body = {
        name: name ?? before.name,
        dnsname: dnsname ?? before.dnsname,
        port: port ?? before.port,
        startTls: startTls ?? before.startTls,
        serverName: serverName ?? before.serverName,
        dnsAliases: alias ?? before.dnsAliases,
        type: type ?? before.type,
        owner,
        active: active || (before.active && !inactive),
        certificate: before.expectedCertificate === null ? null : { id: before.expectedCertificate.id },
        destination: before.destinationId === null ? null : { id: before.destinationId },
        ...(await references(context, given)),
      };
      context.object(await context.api.call(updateEndpointOperation, { params: { id: before.id }, body }), endpointFields);
    },
  });
}

/** `false` is what `--no-…` says. */
async function references({ api }: Context, { certificate, destination }: Options) {
  return {
    ...(certificate === false && { certificate: null }),
    ...(typeof certificate === 'string' && { certificate: { id: (await findCertificate(api, certificate)).id } }),
    ...(destination === false && { destination: null }),
    ...(typeof destination === 'string' && { destination: { id: (await findDestination(api, destination)).id } }),
  };
}
