import { isSessionOver, sentenceOf } from '@sifaka/api-client';
import { toAppError } from '@sifaka/kernel';
import { Command, CommanderError, Option } from 'commander';
import { acmeCommands } from './commands/acme.js';
import { apiKeyCommands } from './commands/api-key.js';
import { auditCommands } from './commands/audit.js';
import { authorityCommands } from './commands/authority.js';
import { authorityRevocationCommands } from './commands/authority-revocation.js';
import { certificateCommands } from './commands/certificate.js';
import { certificateEditCommand } from './commands/certificate-edit.js';
import { certificateFileCommands } from './commands/certificate-file.js';
import { certificateLifeCommands } from './commands/certificate-life.js';
import { certificatePlaceCommands } from './commands/certificate-place.js';
import { deliveryCommands } from './commands/delivery.js';
import { deploymentCommands } from './commands/deployment.js';
import { destinationCommands } from './commands/destination.js';
import { dnsProviderCommands } from './commands/dns-provider.js';
import { domainCommands } from './commands/domain.js';
import { endpointCommands } from './commands/endpoint.js';
import { notificationCommands } from './commands/notification.js';
import { pendingCommands } from './commands/pending.js';
import { peopleCommands } from './commands/people.js';
import { rotationCommands } from './commands/rotation.js';
import { rotationPolicyCommands } from './commands/rotation-policy.js';
import { sessionCommands } from './commands/session.js';
import { sourceCommands } from './commands/source.js';
import { sourceCleanCommand } from './commands/source-clean.js';
import { sourceRunCommands } from './commands/source-run.js';
import { taskCommands } from './commands/task.js';
import { exitCodeOf, exitCodes } from './exit-code.js';
import { outputForms } from './output.js';
import type { Terminal } from './terminal.js';

const manual = `
Exit codes: 0 done · 1 refused · 2 wrong usage · 3 not logged in or not allowed · 4 not found · 5 server or authority not available
Environment: SIFAKA_URL, SIFAKA_TOKEN`;

/**
 * Runs one command line.
 *
 * @returns the exit code, see `exitCodes`
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programOf(terminal).parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const error = toAppError(thrown);
    const remedy = isSessionOver(error) ? '\nLog in with "sifaka login", or give a token with SIFAKA_TOKEN or --token.' : '';
    const cause = error.code === 'internal' && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    terminal.say(`sifaka: ${sentenceOf(error)}${cause}${remedy}`);
    return exitCodeOf(error.code);
  }
}

function programOf(terminal: Terminal): Command {
  const program = new Command('sifaka')
    .description('Certificates from the command line')
    .addOption(new Option('--url <address>', 'address of the platform'))
    .addOption(new Option('--token <token>', 'token of a login or an API key; better in SIFAKA_TOKEN, where no process list shows it'))
    .addOption(new Option('-o, --output <form>', 'form of results').choices(outputForms).default('table'))
    .addOption(new Option('--json', 'the same as --output json'))
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.say(text.trimEnd()) })
    .showHelpAfterError('(add --help for help)')
    .addHelpText('after', manual)
    .exitOverride();
  sessionCommands(program, terminal);
  const certificate = program.command('certificate').description('request, find, export and revoke certificates');
  certificateCommands(certificate, terminal);
  certificateEditCommand(certificate, terminal);
  certificateFileCommands(certificate, terminal);
  certificatePlaceCommands(certificate, terminal);
  certificateLifeCommands(certificate, terminal);
  pendingCommands(program.command('pending').description('certificates that are requested and not issued yet'), terminal);
  const authority = program.command('authority').description('roots and issuing authorities');
  authorityCommands(authority, terminal);
  authorityRevocationCommands(authority, terminal);
  dnsProviderCommands(program.command('dns-provider').description('where records are written that prove names to ACME CAs'), terminal);
  acmeCommands(program.command('acme').description('accounts and orders at ACME CAs'), terminal);
  destinationCommands(program.command('destination').description('where certificates are put'), terminal);
  deploymentCommands(program.command('deployment').description('certificates at destinations: where each stands'), terminal);
  const source = program.command('source').description('where certificates and endpoints are looked for');
  sourceCommands(source, terminal);
  sourceRunCommands(source, terminal);
  sourceCleanCommand(source, terminal);
  endpointCommands(program.command('endpoint').description('where certificates are presented to clients'), terminal);
  rotationCommands(program.command('rotation').description('endpoints on their way to other certificates'), terminal);
  rotationPolicyCommands(program.command('policy').description('how long before their end certificates are renewed'), terminal);
  notificationCommands(program.command('notification').description('who is told before certificates end, and how'), terminal);
  deliveryCommands(program.command('delivery').description('messages on their way to people and programs'), terminal);
  domainCommands(program.command('domain').description('names and their sensitivity'), terminal);
  peopleCommands(program, terminal);
  apiKeyCommands(program.command('api-key').description('tokens for programs'), terminal);
  taskCommands(program.command('task').description('what the platform does by itself, and when'), terminal);
  auditCommands(program, terminal);
  return program;
}
