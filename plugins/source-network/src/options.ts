import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { planScan, scanLimits } from './plan.js';

export const surveys = ['certificates', 'protocols', 'protocols and ciphers'] as const;

export const NetworkOptions = z
  .object({
    hosts: longText()
      .max(100_000)
      .default('')
      .describe('Host names and addresses, separated by commas, blanks or lines; with a port of their own where the ports below are not meant: shop.example.test, 192.0.2.7:8443, mail.example.test:587/smtp'),
    networks: longText().max(10_000).default('').describe('Blocks of addresses: 192.0.2.0/24, 2001:db8::/120'),
    ports: z
      .string()
      .max(2_000)
      .default('443')
      .describe('Ports and ranges of ports: 443, 8000-8010. What begins in the clear is known by the port (25, 587 smtp; 143 imap; 110 pop3; 21 ftp; 389 ldap; 5432 postgres; 3306 mysql; 5222 xmpp) or said: 2525/smtp, 3389/tls'),
    server_names: longText().max(10_000).default('').describe('Names (SNI) that every endpoint is asked for besides its own, for servers with several certificates'),
    exclude: longText().max(10_000).default('').describe('What is left out: names, addresses, blocks; with :port only that port'),
    survey: z.enum(surveys).default('protocols').describe('What is asked besides the certificate: protocol versions take 2 to 6 connections more, ciphers one more for each that is accepted'),
    concurrency: z.int().min(1).max(scanLimits.sockets).default(100).describe('Connections that are open at the same time'),
    rate: z.int().min(1).max(10_000).default(1_000).describe('Connections that are opened in a second'),
    timeout_seconds: z.int().min(1).max(60).default(5).describe('How long an endpoint may take to answer, in seconds'),
  })
  .superRefine((options, context) => {
    const { faults } = planScan(options);
    for (const { option, message } of faults) context.addIssue({ code: 'custom', path: [option], message });
  });
export type NetworkOptions = z.output<typeof NetworkOptions>;
