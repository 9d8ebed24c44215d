import { accountOption, commandOption, endpointsOption, layoutOptions, servedWithinOption } from '@sifaka/certificate-files';
import { sshOptions } from '@sifaka/ssh';
import { z } from 'zod';

export const SshOptions = z.object({
  ...sshOptions,
  ...layoutOptions,
  owner: accountOption().describe('User who owns the files, by name or number; left blank, the user who logs in'),
  group: accountOption().describe('Group of the files, by name or number; left blank, that of the user who logs in'),
  testCommand: commandOption().describe('Command that says whether the server accepts the new files, run as the user who logs in: nginx -t. When it fails, the server is not told of them'),
  reloadCommand: commandOption().describe('Command that has the server take the new files over: systemctl reload nginx'),
  endpoints: endpointsOption(),
  servedWithin: servedWithinOption().optional().describe('Seconds after an upload within which the endpoints must serve it, up to 300; then what was there before is put back. Left blank, 2.5: for commands that return when the server has taken it over. What is more than that keeps a faulty certificate served so much longer'),
});
export type SshOptions = z.output<typeof SshOptions>;
