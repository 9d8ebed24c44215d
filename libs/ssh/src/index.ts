export { SshLogin, type SshSession } from './ssh-login.js';
export { sshOptions, type SshOptions } from './ssh-options.js';
export { SftpFiles, type RemoteFile, type RemoteRights } from './sftp-files.js';
export type { CommandLimits, RemoteCommandResult } from './remote-command.js';
