import type { AnswerOf } from '@sifaka/api-client';
import {
  checkRevocationOperation,
  getTimelineOperation,
  reissueCertificateOperation,
  revokeCertificateOperation,
  type RevocationCheckRecord,
  type TimelineEntry,
} from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import type { Terminal } from '../terminal.js';
import { certificateFields } from './certificate-fields.js';
import { findCertificate } from './find.js';

type Plan = AnswerOf<typeof reissueCertificateOperation>['plan'];

const planFields = {
  Replaces: (row: Plan) => row.name,
  Authority: (row: Plan) => row.authority.name,
  'Common name': (row: Plan) => row.commonName,
  Names: (row: Plan) => row.names,
  'Valid from': (row: Plan) => row.validityStart,
  'Valid until': (row: Plan) => row.validityEnd,
};

const timelineColumns = {
  at: (row: TimelineEntry) => row.at ?? 'some time',
  what: (row: TimelineEntry) => row.title,
  state: (row: TimelineEntry) => row.state,
  detail: (row: TimelineEntry) => row.detail,
};

const checkFields = {
  'The CA says': (row: RevocationCheckRecord) => row.status,
  'Said by': (row: RevocationCheckRecord) => row.saidBy ?? 'nobody',
  Revoked: (row: RevocationCheckRecord) => row.revokedAt,
  Reason: (row: RevocationCheckRecord) => row.crlReason,
  Asked: (row: RevocationCheckRecord) => row.steps.map(({ method, url, outcome, detail }) => `${method} ${url}: ${outcome} - ${detail}`).join('\n'),
};

/** What becomes of a certificate: renewal, history, revocation as the world sees it. */
export function certificateLifeCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'reissue <certificate>',
    summary: 'a successor now: same attributes, new key, same destinations',
    options: [
      ['--dry-run', 'only say what would be asked for'],
      ['--force', 'also for one that is replaced or revoked already'],
    ],
    schema: z.object({ dryRun: z.boolean().default(false), force: z.boolean().default(false) }),
    async run(context, { dryRun, force }, [name = '']) {
      const { id } = await findCertificate(context.api, name);
      const { plan, certificate, pending } = await context.api.call(reissueCertificateOperation, { params: { id }, body: { dryRun, force } });
      if (certificate === null) context.object(plan, planFields);
      else context.object(certificate, certificateFields);
      if (pending !== null) terminal.say(`the authority answers later: sifaka pending wait ${pending.id}`);
    },
  });
  define(parent, terminal, {
    name: 'timeline <certificate>',
    summary: 'what happened to it, and what happens next, when and why',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id } = await findCertificate(context.api, name);
      const timeline = await context.api.call(getTimelineOperation, { params: { id } });
      context.list(timeline.items, timelineColumns, timeline);
      terminal.say(`renewal: ${timeline.renewal.state}, ${timeline.renewal.reason}`);
      if (timeline.next !== null) terminal.say(`next: ${timeline.next.title}${timeline.next.at === null ? '' : `, ${timeline.next.at}`}`);
      if (timeline.missing.length > 0) terminal.say(`incomplete: ${timeline.missing.join(', ')} did not answer`);
    },
  });
  define(parent, terminal, {
    name: 'check <certificate>',
    summary: 'ask the OCSP responders and CRLs of its CA whether it is revoked',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id } = await findCertificate(context.api, name);
      context.object(await context.api.call(checkRevocationOperation, { params: { id } }), checkFields);
    },
  });
  define(parent, terminal, {
    name: 'release <certificate>',
    summary: 'take it off hold: it was revoked with the reason certificateHold',
    options: [['--comment <text>', 'for the audit log']],
    schema: z.object({ comment: z.string().optional() }),
    async run({ api }, { comment }, [text = '']) {
      const { id, name } = await findCertificate(api, text);
      await api.call(revokeCertificateOperation, { params: { id }, body: { crlReason: 'removeFromCRL', comments: comment } });
      terminal.say(`${name} is valid again`);
    },
  });
}
