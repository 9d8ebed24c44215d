import type { RequestOf } from '@sifaka/api-client';
import { editCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import type { Terminal } from '../terminal.js';
import { certificateFields } from './certificate-fields.js';
import { findCertificate } from './find.js';
import { findPolicy } from './rotation-policy.js';

type EditBody = RequestOf<typeof editCertificateOperation>['body'];

const onOrOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((word) => word === 'on');

/** What may be changed about a certificate that is there. */
export function certificateEditCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'edit <certificate>',
    summary: 'change its renewal, its notices or its description; everything else stays',
    options: [
      ['--rotation <on|off>', 'whether it is renewed before it ends'],
      ['--rotation-policy <policy>', 'when it is renewed, by id or name; "default" for that of all others'],
      ['--notify <on|off>', 'whether people are told before it ends'],
      ['--description <text>', 'what it is for'],
    ],
    schema: z.object({ rotation: onOrOff.optional(), rotationPolicy: z.string().optional(), notify: onOrOff.optional(), description: z.string().optional() }),
    async run(context, { rotation, rotationPolicy, notify, description }, [name = '']) {
      const { api } = context;
      if ([rotation, rotationPolicy, notify, description].every((value) => value === undefined)) throw new AppError('invalid_argument', 'say what is to be changed: --rotation-policy, --rotation, --notify or --description');
      const certificate = await findCertificate(api, name);
      const changes: EditBody = {
        ...(rotation !== undefined && { rotation }),
        ...(rotationPolicy !== undefined && { rotationPolicy: { id: (await findPolicy(api, rotationPolicy)).id } }),
        ...(notify !== undefined && { notify }),
        ...(description !== undefined && { description }),
      };
      context.object(await api.call(editCertificateOperation, { params: { id: certificate.id }, body: { ...asItIs(certificate), ...changes } }), certificateFields);
    },
  });
}

/** An edit replaces everything: what it does not change is sent back as it was read. */
export function asItIs({ owner, description, notify, rotation, roles, notifications, replaces, destinations }: CertificateView): EditBody {
  const same = (objects: readonly { id: number }[]) => objects.map(({ id }) => ({ id }));
  return { owner, description, notify, rotation, roles: same(roles), notifications: same(notifications), replaces: same(replaces), destinations: same(destinations) };
}
