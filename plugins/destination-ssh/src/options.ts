import { endpointsOption, layoutOptions } from '@sifaka/certificate-files';
import { sshOptions } from '@sifaka/ssh';
import { z } from 'zod';

const command = () =>
  z
    .string()
    .max(1_024)
    .regex(/^[^\0\n\r]+$/, { error: 'must be one line' })
    .optional();

const account = () =>
  z
    .string()
    .max(32)
    .regex(/^(?:[0-9]{1,10}|[a-z_][a-z0-9_-]*\$?)$/, { error: 'must be a name or a number' })
    .optional();

export const SshOptions = z.object({
  ...sshOptions,
  ...layoutOptions,
  owner: account().describe('User who owns the files, by name or number; left blank, the user who logs in'),
  group: account().describe('Group of the files, by name or number; left blank, that of the user who logs in'),
  testCommand: command().describe('Command that says whether the server accepts the new files, run as the user who logs in: nginx -t. When it fails, the server is not told of them'),
  reloadCommand: command().describe('Command that has the server take the new files over: systemctl reload nginx'),
  endpoints: endpointsOption(),
});
export type SshOptions = z.output<typeof SshOptions>;
