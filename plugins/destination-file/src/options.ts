import { accountOption, commandOption, endpointsOption, layoutOptions, servedWithinOption } from '@sifaka/certificate-files';
import { installationOnly } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const folder = z.string().max(1_024).regex(/^\/[^/\0\n\r][^\0\n\r]*$/, { error: 'must be an absolute path, and not the root' });

export const FileOptions = z.object({
  ...layoutOptions,
  destinationPath: layoutOptions.destinationPath.describe('Folder that all files lie below; in one that the administrator of the platform allows (SIFAKA_FILE_DESTINATION_FOLDERS)'),
  owner: accountOption().describe('User who owns the files, by name or number; left blank, the user of the platform'),
  group: accountOption().describe('Group of the files, by name or number; left blank, that of the platform'),
  testCommand: commandOption().describe('Command that says whether the server accepts the new files: nginx -t. One of those that the administrator allows (SIFAKA_FILE_DESTINATION_COMMANDS)'),
  reloadCommand: commandOption().describe('Command that has the server take the new files over: systemctl reload nginx. One of those that the administrator allows (SIFAKA_FILE_DESTINATION_COMMANDS)'),
  endpoints: endpointsOption(),
  servedWithin: servedWithinOption().optional().describe('Seconds after an upload within which the endpoints must serve it, up to 300; then what was there before is put back. Left blank, 2.5: for commands that return when the server has taken it over. What is more than that keeps a faulty certificate served so much longer'),
  folders: installationOnly('FILE_DESTINATION_FOLDERS', z.array(folder).max(100).describe('folders of this machine that destinations may put files into, with those below them; none by default, and then none can be used')),
  commands: installationOnly('FILE_DESTINATION_COMMANDS', z.array(z.string().min(1).max(1_024)).max(100).describe('commands that destinations may have run on this machine, word for word as their options give them; they are run without a shell, with the rights of the service. None by default')),
});
export type FileOptions = z.output<typeof FileOptions>;
