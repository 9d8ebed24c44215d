import { writeFile } from 'node:fs/promises';
import { exportCertificateOperation, uploadCertificateOperation, viewCertificateKeyOperation } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, fileText } from '../command.js';
import type { Terminal } from '../terminal.js';
import { certificateFields } from './certificate-fields.js';
import { findCertificate } from './find.js';
import { findPolicy } from './rotation-policy.js';

/** What reads or writes files: upload, export, key. */
export function certificateFileCommands(parent: Command, terminal: Terminal): void {
  uploadCommand(parent, terminal);
  exportCommand(parent, terminal);
  define(parent, terminal, {
    name: 'key <certificate>',
    summary: 'the private key, unencrypted; that you saw it is recorded',
    options: [['-f, --file <file>', 'write it there, readable by you alone']],
    schema: z.object({ file: z.string().optional() }),
    async run({ api }, { file }, [name = '']) {
      const { id } = await findCertificate(api, name);
      const { key } = await api.call(viewCertificateKeyOperation, { params: { id } });
      if (key === null) throw new AppError('not_found', `the platform holds no private key of ${name}`);
      await deliver(terminal, file, Buffer.from(`${key}\n`));
    },
  });
}

function uploadCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'upload',
    summary: 'take a certificate that was issued elsewhere into the inventory',
    required: [
      ['--body <file>', 'the certificate in PEM'],
      ['--owner <address>', 'e-mail address of the team that answers for it'],
    ],
    options: [
      ['--chain <file>', 'its chain in PEM'],
      ['--key <file>', 'its private key in PEM'],
      ['--name <name>', 'name in the inventory'],
      ['--description <text>', 'what it is for'],
      ['--rotation-policy <policy>', 'when it is renewed once its rotation is switched on, by id or name'],
    ],
    schema: z.object({
      body: z.string(),
      owner: z.string(),
      chain: z.string().optional(),
      key: z.string().optional(),
      name: z.string().optional(),
      description: z.string().optional(),
      rotationPolicy: z.string().optional(),
    }),
    async run(context, { body, chain, key, rotationPolicy, ...rest }) {
      const given = {
        body: await fileText(body),
        ...(chain !== undefined && { chain: await fileText(chain) }),
        ...(key !== undefined && { privateKey: await fileText(key) }),
        ...(rotationPolicy !== undefined && { rotationPolicy: { id: (await findPolicy(context.api, rotationPolicy)).id } }),
      };
      const { owner, name, description } = rest;
      context.object(
        await context.api.call(uploadCertificateOperation, { body: { ...given, owner, name, description } }),
        certificateFields,
      );
    },
  });
}

function exportCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'export <certificate>',
    summary: 'certificate, chain and key in a form that servers read; the passphrase goes to standard error',
    options: [
      ['--format <plugin>', 'pem-export, openssl-export, java-keystore-jks, … (pem-export)'],
      ['--set <name=value...>', 'options of the format, such as passphrase=…'],
      ['-f, --file <file>', 'write it there, readable by you alone'],
    ],
    schema: z.object({
      format: z.string().default('pem-export'),
      set: z.array(z.string().regex(/^[^=]+=/, { error: 'must look like name=value' })).default([]),
      file: z.string().optional(),
    }),
    async run({ api }, { format, set, file }, [name = '']) {
      const { id } = await findCertificate(api, name);
      const pluginOptions = set.map((text) => ({ name: text.slice(0, text.indexOf('=')), value: text.slice(text.indexOf('=') + 1) }));
      const exported = await api.call(exportCertificateOperation, { params: { id }, body: { plugin: { slug: format, pluginOptions } } });
      await deliver(terminal, file, Buffer.from(exported.data, 'base64'));
      if (exported.passphrase !== null && exported.passphrase !== '') terminal.say(`passphrase: ${exported.passphrase}`);
    },
  });
}

async function deliver(terminal: Terminal, file: string | undefined, content: Uint8Array): Promise<void> {
  if (file === undefined) {
    terminal.out(content);
    return;
  }
  await writeFile(file, content, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new AppError('failed_precondition', `${file} cannot be written, or exists already`, { cause });
  });
  terminal.say(`written to ${file}`);
}
