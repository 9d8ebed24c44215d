import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { readMail, type ReadMail } from './mime.js';
import { makeServerTls } from './tls.js';

export interface SmtpOptions {
  /** `starttls` (default): offered; `implicit`: from the first byte; `none`: not spoken. */
  tls?: 'starttls' | 'implicit' | 'none';
  /** Who may send; without it nobody is asked. */
  user?: { name: string; password: string };
  /** Sign-in without TLS. */
  allowsPlainAuth?: boolean;
  /** Refuses a recipient with this answer; null takes it. May change its mind from call to call. */
  refuse?: (recipient: string) => { code: number; text: string } | null;
  /** Answers the mail itself with this; null takes it. */
  refuseMail?: () => { code: number; text: string } | null;
  /** Octets that a mail may have. */
  maxBytes?: number;
}

/** A mail that was taken. */
export interface ReceivedMail extends ReadMail {
  envelope: { from: string; to: readonly string[] };
  raw: string;
  isSecure: boolean;
  /** Who signed in; null for nobody. */
  user: string | null;
}

export interface Smtp {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Root that its certificate comes from. */
  readonly caPem: string;
  /** Everything that was taken, oldest first. */
  readonly received: ReceivedMail[];
  /** Connections that were made. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** npm's smtp-server: a mail server in this process, with STARTTLS and AUTH. */
export async function startSmtp(options: SmtpOptions = {}): Promise<Smtp> {
  const folder = await mkdtemp(join(tmpdir(), 'sifaka-smtp-'));
  const { caPem, certificateFile, keyFile } = await makeServerTls(folder);
  const [cert, key] = [await readFile(join(folder, certificateFile)), await readFile(join(folder, keyFile))];
  await rm(folder, { recursive: true, force: true });

  const received: ReceivedMail[] = [];
  const seen = { connections: 0 };
  const server = new SMTPServer(serverOptions(options, { cert, key }, received, () => (seen.connections += 1)));
  // A client that goes away in the middle is no fault of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on TCP');
  return {
    host: '127.0.0.1',
    port: address.port,
    caPem,
    received,
    connections: () => seen.connections,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function serverOptions({ tls = 'starttls', user, allowsPlainAuth = false, refuse, refuseMail, maxBytes }: SmtpOptions, pair: { cert: Buffer; key: Buffer }, received: ReceivedMail[], count: () => void): SMTPServerOptions {
  return {
    ...pair,
    secure: tls === 'implicit',
    closeTimeout: 500,
    disableReverseLookup: true,
    disabledCommands: [...(tls === 'none' ? ['STARTTLS'] : []), ...(user === undefined ? ['AUTH'] : [])],
    authOptional: user === undefined,
    allowInsecureAuth: allowsPlainAuth,
    authMethods: ['PLAIN', 'LOGIN'],
    ...(maxBytes !== undefined && { size: maxBytes }),
    onConnect: (_session, done) => {
      count();
      done();
    },
    onAuth: ({ username, password }, _session, done) => {
      if (username === user?.name && password === user?.password) done(null, { user: username });
      else done(failure({ code: 535, text: '5.7.8 Authentication credentials invalid' }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuse?.(address) ?? null;
      done(refusal === null ? null : failure(refusal));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = stream.sizeExceeded ? { code: 552, text: '5.3.4 Message too big' } : (refuseMail?.() ?? null);
        if (refusal !== null) {
          done(failure(refusal));
          return;
        }
        received.push(mailOf(Buffer.concat(chunks).toString('utf8'), session));
        done(null, '2.0.0 queued as 4F8B2');
      });
    },
  };
}

function mailOf(raw: string, { envelope, user, secure }: SMTPServerSession): ReceivedMail {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { ...readMail(raw), raw, envelope: { from, to: envelope.rcptTo.map(({ address }) => address) }, isSecure: secure, user: typeof user === 'string' ? user : null };
}

const failure = ({ code, text }: { code: number; text: string }): Error => Object.assign(new Error(text), { responseCode: code });
