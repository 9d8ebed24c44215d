import { z } from 'zod';
import { ExtensionsInput } from '../extension.js';
import { bool, dateTime, email, int, ref, refs, text } from './field.js';

const attachments = {
  destinations: refs(['label', 'name']).default([]),
  notifications: refs(['label', 'name']).default([]),
  /** Deprecated spelling of `replaces`; wins when both are given. */
  replacements: refs().optional(),
  replaces: refs().default([]),
  roles: refs().default([]),
};

export const CertificateCreateInput = z
  .object({
    owner: email(),
    authority: ref().nullish(),
    commonName: text(64).default(''),
    name: text(10_000).nullish(),
    description: text(1_024).nullish(),
    validityStart: dateTime().nullish(),
    validityEnd: dateTime().nullish(),
    validityYears: int({ min: 0, max: 100 }).nullish(),
    keyType: text(32).optional(),
    csr: text(65_536).nullish(),
    signingAlgorithm: text(32).nullish(),
    extensions: ExtensionsInput,
    organization: text(64).optional(),
    organizationalUnit: text(64).optional(),
    country: text(2).optional(),
    state: text(128).optional(),
    location: text(128).optional(),
    notify: bool().default(true),
    rotation: bool().default(false),
    rotationPolicy: ref().nullish(),
    dnsProvider: ref().nullish(),
    ...attachments,
  })
  .superRefine((input, context) => {
    if (input.authority === undefined || input.authority === null)
      context.addIssue({ code: 'custom', path: ['Schema', 'authority'], message: 'authority is required: name the authority that issues, by id or name' });
  });

export const CertificateUploadInput = z.object({
  owner: email(),
  body: text(65_536),
  privateKey: text(65_536).nullish(),
  chain: text(262_144).nullish(),
  csr: text(65_536).nullish(),
  name: text(10_000).nullish(),
  description: text(1_024).nullish(),
  notify: bool().default(true),
  externalId: text(128).nullish(),
  authority: ref().nullish(),
  /** Counts once rotation is on; absent or null: none of its own, the policy `default` counts. */
  rotationPolicy: ref().nullish(),
  ...attachments,
});

export const CertificateEditInput = z.object({
  /** Needed, but asked for only after the right to edit: a stranger learns that he may not, not what he forgot. */
  owner: email().optional(),
  description: text(1_024).nullish(),
  notify: bool().optional(),
  rotation: bool().optional(),
  /** Absent: as it is. Null: the policy `default`. */
  rotationPolicy: ref().nullish(),
  ...attachments,
});
