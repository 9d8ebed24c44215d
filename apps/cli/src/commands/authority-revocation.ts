import { getRevocationPublicationOperation, publishCrlOperation, setCrlDestinationsOperation, type PublicationView } from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import type { Terminal } from '../terminal.js';
import { findAuthority, findDestination } from './find.js';

const listOf = (list: PublicationView['full']): string | null =>
  list === null ? null : `number ${list.number}, ${list.entryCount} revoked, ${list.thisUpdate} to ${list.nextUpdate}`;

const fields = {
  'Not published': (row: PublicationView) => row.reasonNot,
  CRL: (row: PublicationView) => listOf(row.full),
  'Delta CRL': (row: PublicationView) => listOf(row.delta),
  'Last error': (row: PublicationView) => row.lastError,
  'OCSP responder': (row: PublicationView) => (row.responder === null ? null : `certificate ${row.responder.serialHex} until ${row.responder.notAfter}`),
  'CRL addresses': (row: PublicationView) => row.crlUrls.join('\n'),
  'OCSP addresses': (row: PublicationView) => row.ocspUrls.join('\n'),
  'Issuer addresses': (row: PublicationView) => row.caIssuersUrls.join('\n'),
  Destinations: (row: PublicationView) =>
    row.destinations.map(({ destination, state, number, lastError }) => `${destination.label}: ${state}${number === null ? '' : `, number ${number}`}${lastError === null ? '' : `, ${lastError}`}`).join('\n'),
};

/** How an authority tells the world what it revoked. */
export function authorityRevocationCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'revocation <authority>',
    summary: 'its CRLs, OCSP responder and addresses',
    options: [['--destination <destination...>', 'put its CRLs there as well, by id or label, and nowhere else'], ['--no-destinations', 'put its CRLs nowhere but here']],
    schema: z.object({ destination: z.array(z.string()).optional(), destinations: z.boolean().default(true) }),
    async run(context, { destination, destinations }, [name = '']) {
      const { id } = await findAuthority(context.api, name);
      const wanted = destinations ? destination : [];
      if (wanted === undefined) {
        context.object(await context.api.call(getRevocationPublicationOperation, { params: { id } }), fields);
        return;
      }
      const refs = await Promise.all(wanted.map(async (each) => ({ id: (await findDestination(context.api, each)).id })));
      context.object(await context.api.call(setCrlDestinationsOperation, { params: { id }, body: { destinations: refs } }), fields);
    },
  });
  define(parent, terminal, {
    name: 'publish <authority>',
    summary: 'make and publish a new CRL now',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id } = await findAuthority(context.api, name);
      context.object(await context.api.call(publishCrlOperation, { params: { id } }), fields);
    },
  });
}
