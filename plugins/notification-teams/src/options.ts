import { expirationOptions, intervalRefusal, isIntervalAllowed } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Where Power Automate and, for as long as they last, the connectors of Office 365 answer. */
const hosts = /(?:^|\.)(?:logic\.azure\.(?:com|us|cn)|api\.powerplatform\.(?:com|us|cn)|powerautomate\.(?:com|us)|webhook\.office\.com)$/;

export const TeamsOptions = z
  .object({
    ...expirationOptions,
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(4_096)
      .describe('Address of the workflow "when a Teams webhook request is received"; who knows it may write into the channel')
      .meta({ sensitive: true }),
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type TeamsOptions = z.output<typeof TeamsOptions>;

export const isMicrosofts = (address: URL): boolean => address.protocol === 'https:' && address.username === '' && hosts.test(address.hostname);
