import type { StartTls } from '@sifaka/plugin-sdk';
import { startLdap, startMysql, startPostgres } from './binary-protocols.js';
import { startFtp, startImap, startPop3, startSmtp } from './line-protocols.js';
import { startXmpp } from './xmpp.js';
import type { Wire } from '../wire.js';

interface InTheClear {
  host: string;
  serverName: string | null;
  startTls: StartTls | null;
}

const protocols: Readonly<Record<StartTls, (wire: Wire, target: InTheClear) => Promise<void>>> = {
  smtp: startSmtp,
  imap: startImap,
  pop3: startPop3,
  ftp: startFtp,
  ldap: startLdap,
  postgres: startPostgres,
  mysql: startMysql,
  xmpp: startXmpp,
};

/** Has the server agree to TLS in the protocol that its connections begin with; null: they begin with TLS. */
export async function startTls(wire: Wire, target: InTheClear): Promise<void> {
  if (target.startTls === null) return;
  await protocols[target.startTls](wire, target);
  wire.assertNothingPending();
}
