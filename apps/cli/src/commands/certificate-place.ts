import { editCertificateOperation, listCertificateDeploymentsOperation, type CertificateView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, type Context } from '../command.js';
import type { Terminal } from '../terminal.js';
import { asItIs } from './certificate-edit.js';
import { certificateFields } from './certificate-fields.js';
import { findCertificate, findDestination } from './find.js';
import { rotateCertificateCommand } from './rotate.js';
import { waitForDeployments } from './wait-for-deployments.js';
import { waitOptions, WaitOptions } from './wait-options.js';

/** Where a certificate is used. */
export function certificatePlaceCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'deploy <certificate>',
    summary: 'put it to more destinations',
    required: [['--to <destination...>', 'by id or label']],
    options: [['--wait', 'wait for how it ends'], ...waitOptions],
    schema: WaitOptions.extend({ to: z.array(z.string()), wait: z.boolean().default(false) }),
    async run(context, { to, wait, waitLimit }, [name = '']) {
      const certificate = await findCertificate(context.api, name);
      const added = await destinationIds(context, to);
      const saved = await setDestinations(context, certificate, [...new Set([...certificate.destinations.map(({ id }) => id), ...added])]);
      const fault = wait ? await deployed(context, saved, added, waitLimit) : null;
      context.object(saved, certificateFields);
      if (fault !== null) throw fault;
    },
  });
  define(parent, terminal, {
    name: 'withdraw <certificate>',
    summary: 'take it away from destinations',
    required: [['--from <destination...>', 'by id or label']],
    schema: z.object({ from: z.array(z.string()) }),
    async run(context, { from }, [name = '']) {
      const certificate = await findCertificate(context.api, name);
      const gone = new Set(await destinationIds(context, from));
      const before = certificate.destinations.map(({ id }) => id);
      const kept = before.filter((id) => !gone.has(id));
      if (kept.length === before.length) throw new AppError('failed_precondition', `${certificate.name} is at none of these destinations`);
      context.object(await setDestinations(context, certificate, kept), certificateFields);
    },
  });
  rotateCertificateCommand(parent, terminal);
}

export async function destinationIds({ api }: Context, names: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const name of names) ids.push((await findDestination(api, name)).id);
  return ids;
}

/** Waits for deployments of a certificate to these destinations. */
export async function deployed(context: Context, { id }: CertificateView, ids: readonly number[], limitMinutes: number): Promise<AppError | null> {
  const { items } = await context.api.call(listCertificateDeploymentsOperation, { params: { id }, query: { count: 1_000 } });
  const meant = items.filter(({ destinationId }) => ids.includes(destinationId));
  return (await waitForDeployments(context, meant, limitMinutes)).fault;
}

async function setDestinations({ api }: Context, certificate: CertificateView, ids: readonly number[]): Promise<CertificateView> {
  return await api.call(editCertificateOperation, { params: { id: certificate.id }, body: { ...asItIs(certificate), destinations: ids.map((id) => ({ id })) } });
}
