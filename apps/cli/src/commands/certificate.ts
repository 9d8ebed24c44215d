import { generalNameOf, type RequestOf } from '@sifaka/api-client';
import {
  CrlReason,
  createCertificateOperation,
  getCertificateOperation,
  getPendingCertificateOperation,
  listCertificatesOperation,
  revokeCertificateOperation,
  updateCertificateOwnerOperation,
  type CertificateView,
  type PendingCertificateAnswer,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, count, define, fileText, type Context } from '../command.js';
import type { Terminal } from '../terminal.js';
import { certificateFields } from './certificate-fields.js';
import { deployed, destinationIds } from './certificate-place.js';
import { findAuthority, findCertificate, findDnsProvider } from './find.js';
import { waitForPending } from './wait-for-pending.js';
import { waitOptions, WaitOptions } from './wait-options.js';

const columns = {
  id: (row: CertificateView) => row.id,
  name: (row: CertificateView) => row.name,
  status: (row: CertificateView) => row.status,
  'not after': (row: CertificateView) => row.notAfter,
  authority: (row: CertificateView) => row.authority?.name ?? row.issuer,
  owner: (row: CertificateView) => row.owner,
};

/** The authority answers later. */
const promiseFields = {
  'Pending certificate': (row: PendingCertificateAnswer) => row.id,
  Name: (row: PendingCertificateAnswer) => row.name,
  Status: (row: PendingCertificateAnswer) => row.status ?? 'the authority has not issued it yet',
  Authority: (row: PendingCertificateAnswer) => row.authority.name,
  Owner: (row: PendingCertificateAnswer) => row.owner,
};

const isWhole = (row: object): row is CertificateView => 'body' in row;

export function certificateCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'certificates, the newest first',
    options: [
      ['-s, --search <text>', 'part of a name or domain'],
      ['--in <field>', 'search in another field: cn, issuer, owner, status, description'],
      ['--within <weeks>', 'those that end within so many weeks'],
      ['--expired', 'those that expired long ago as well'],
      ['-n, --count <rows>', 'how many at most (50)'],
      ['-p, --page <page>', 'which page (1)'],
    ],
    schema: z.object({
      search: z.string().optional(),
      in: z.string().default('name'),
      within: count().optional(),
      expired: z.boolean().default(false),
      count: count().default(50),
      page: count().default(1),
    }),
    async run(context, { search, in: field, within, expired, ...window }) {
      const query = {
        ...window,
        sortBy: 'id',
        sortDir: 'desc',
        filter: search === undefined ? undefined : `${field};${search}`,
        timeRange: within,
        showExpired: expired ? 1 : 0,
      };
      const { items, total } = await context.api.call(listCertificatesOperation, { query });
      context.list([...items].filter(isWhole), columns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
  define(parent, terminal, {
    name: 'show <certificate>',
    summary: 'one certificate, by id or name',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findCertificate(context.api, name), certificateFields),
  });
  requestCommand(parent, terminal);
  define(parent, terminal, {
    name: 'owner <certificate> <address>',
    summary: 'hand over to another owner',
    schema: z.object({}),
    async run({ api }, _, [name = '', owner = '']) {
      const { id } = await findCertificate(api, name);
      await api.call(updateCertificateOwnerOperation, { params: { id }, body: { owner } });
      terminal.say(`${name} belongs to ${owner}`);
    },
  });
  revokeCommand(parent, terminal);
}

function requestCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'request',
    alias: 'create',
    summary: 'have a certificate issued; without a signing request the platform makes and keeps the key',
    required: [
      ['-a, --authority <authority>', 'who issues, by id or name'],
      ['--owner <address>', 'e-mail address of the team that answers for it'],
    ],
    options: [
      ['--cn <name>', 'common name; also the first alternative name'],
      ['--san <name...>', 'further names: DNS, address, mailbox or URI'],
      ['--days <days>', 'how long it is valid; otherwise as the authority grants'],
      ['--key-type <type>', 'ECCPRIME256V1, RSA2048, … (ECCPRIME256V1)'],
      ['--csr <file>', 'signing request in PEM'],
      ['--use <server|client>', 'what it is for: a host or service, or a client; SSH: a host or a user (server)'],
      ['--principal <name...>', 'names to log in as, for users of an SSH authority; otherwise your own'],
      ['--dns-provider <provider>', 'writes the records that prove the names to an ACME CA; otherwise chosen by their zones'],
      ['--destination <destination...>', 'put it there, by id or label'],
      ['--replaces <certificate...>', 'what it takes the place of, by id or name'],
      ['--description <text>', 'what it is for'],
      ['--wait', 'wait for a certificate that comes later, and for its deployments'],
      ...waitOptions,
    ],
    schema: WaitOptions.extend({
      authority: z.string(),
      owner: z.string(),
      cn: z.string().default(''),
      san: z.array(z.string()).default([]),
      days: count().optional(),
      keyType: z.string().default('ECCPRIME256V1'),
      csr: z.string().optional(),
      use: z.enum(['server', 'client']).default('server'),
      principal: z.array(z.string()).optional(),
      dnsProvider: z.string().optional(),
      destination: z.array(z.string()).default([]),
      replaces: z.array(z.string()).default([]),
      description: z.string().optional(),
      wait: z.boolean().default(false),
    }),
    async run(context, { wait, waitLimit, ...wish }) {
      const destinations = await destinationIds(context, wish.destination);
      const answer = await context.api.call(createCertificateOperation, { body: await requestBody(context, wish, destinations) });
      if ('resolved' in answer && !wait) {
        context.object(answer, promiseFields);
        return;
      }
      const certificate = 'resolved' in answer ? await issuedLater(context, answer.id, waitLimit) : answer;
      const fault = wait ? await deployed(context, certificate, destinations, waitLimit) : null;
      context.object(certificate, certificateFields);
      if (fault !== null) throw fault;
    },
  });
}

interface Wish {
  authority: string;
  owner: string;
  cn: string;
  san: readonly string[];
  days?: number | undefined;
  keyType: string;
  csr?: string | undefined;
  use: 'server' | 'client';
  principal?: string[] | undefined;
  dnsProvider?: string | undefined;
  replaces: readonly string[];
  description?: string | undefined;
}

async function requestBody({ api }: Context, wish: Wish, destinations: readonly number[]): Promise<RequestOf<typeof createCertificateOperation>['body']> {
  const { cn, san, days, keyType, csr, use, principal, dnsProvider, owner, description } = wish;
  const names = [...new Set([cn, ...san].filter((name) => name !== ''))].map(generalNameOf);
  const replaces: { id: number }[] = [];
  for (const name of wish.replaces) replaces.push({ id: (await findCertificate(api, name)).id });
  return {
    authority: { id: (await findAuthority(api, wish.authority)).id },
    owner,
    description,
    commonName: cn,
    replaces,
    destinations: destinations.map((id) => ({ id })),
    ...(csr === undefined ? { keyType } : { csr: await fileText(csr) }),
    ...(days !== undefined && termOf(days)),
    ...(dnsProvider !== undefined && { dnsProvider: { id: (await findDnsProvider(api, dnsProvider)).id } }),
    extensions: {
      ...(names.length > 0 && { subAltNames: { names } }),
      keyUsage: { useDigitalSignature: true, ...(keyType.startsWith('RSA') && use === 'server' && { useKeyEncipherment: true }) },
      extendedKeyUsage: { [use === 'server' ? 'useServerAuthentication' : 'useClientAuthentication']: true },
      ...(principal !== undefined && { ssh: { principals: principal } }),
    },
  };
}

async function issuedLater(context: Context, pendingId: number, limitMinutes: number): Promise<CertificateView> {
  const pending = await context.api.call(getPendingCertificateOperation, { params: { id: pendingId } });
  const id = await waitForPending(context, pending, limitMinutes);
  return await context.api.call(getCertificateOperation, { params: { id } });
}

function revoked(name: string, reason: CrlReason): string {
  if (reason === 'certificateHold') return `${name} is on hold; sifaka certificate release ${name} ends that`;
  return reason === 'removeFromCRL' ? `${name} is valid again` : `${name} is revoked`;
}

function revokeCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'revoke <certificate>',
    summary: 'revoke for good; with the reason certificateHold until it is released',
    options: [
      ['--reason <reason>', `one of ${CrlReason.options.join(', ')}`],
      ['--comment <text>', 'for the audit log'],
      ['--force', 'even while endpoints present it'],
      ['-y, --yes', 'without asking'],
    ],
    schema: z.object({ reason: CrlReason.default('unspecified'), comment: z.string().optional(), force: z.boolean().default(false), yes: z.boolean().default(false) }),
    async run({ api }, { reason, comment, force, yes }, [name = '']) {
      const certificate = await findCertificate(api, name);
      if (!yes && !(await confirm(terminal, 'Revoke', certificate.name))) throw new AppError('failed_precondition', 'nothing was revoked');
      await api.call(revokeCertificateOperation, { params: { id: certificate.id }, body: { crlReason: reason, comments: comment, force } });
      terminal.say(revoked(certificate.name, reason));
    },
  });
}

function termOf(days: number) {
  const now = Date.now();
  return { validityStart: new Date(now).toISOString(), validityEnd: new Date(now + days * 86_400_000).toISOString() };
}
