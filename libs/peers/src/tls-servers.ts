import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, type Peer, type Place } from './launch.js';
import { listens } from './nginx.js';
import { programPath, run } from './programs.js';
import { makeServerTls } from './tls.js';

/** A server that presents a certificate of its own, made for the occasion. */
export interface TlsServer extends Peer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Its certificate, PEM. */
  readonly certificatePem: string;
  /** Holds its `server.pem` and `server.key`, and its configuration. */
  readonly folder: string;
}

interface Recipe {
  name: string;
  /** Writes configuration into the folder, where server.pem and server.key are, and says how to start it. */
  prepare(place: Place): Promise<{ program: string; args: readonly string[]; env?: Readonly<Record<string, string>> }>;
}

/** haproxy with one TLS front, which reads `both.pem`; SIGUSR2 reloads it. */
export const startHaproxy = (): Promise<TlsServer> =>
  start({
    name: 'haproxy',
    async prepare({ folder, port, path }) {
      await run('sh', ['-c', 'cat server.pem server.key > both.pem'], { cwd: folder });
      const lines = ['global', '  tune.ssl.default-dh-param 2048', 'defaults', '  mode http', '  timeout client 5s', '  timeout connect 5s', '  timeout server 5s', 'frontend tls', `  bind 127.0.0.1:${port(0)} ssl crt ${path('both.pem')}`, '  http-request return status 200', ''];
      await writeFile(join(folder, 'haproxy.cfg'), lines.join('\n'));
      return { program: programPath('haproxy'), args: ['-W', '-db', '-f', path('haproxy.cfg')] };
    },
  });

/**
 * postfix's SMTP server, with STARTTLS.
 *
 * @param delivers mail for `mailbox.test` is delivered to the file `mailbox` of its folder
 */
export const startPostfix = ({ delivers = false } = {}): Promise<TlsServer> =>
  start({
    name: 'postfix',
    async prepare({ folder, port, path }) {
      for (const name of ['config', 'queue', 'data']) await mkdir(join(folder, name));
      await chmod(folder, 0o755);
      await run('chown', ['postfix', 'data'], { cwd: folder });
      const main = [
        'compatibility_level = 3.6',
        `queue_directory = ${path('queue')}`,
        `data_directory = ${path('data')}`,
        'mail_owner = postfix',
        'setgid_group = postdrop',
        'command_directory = /usr/sbin',
        'daemon_directory = /usr/lib/postfix/sbin',
        'myhostname = mail.example.test',
        'inet_interfaces = 127.0.0.1',
        'inet_protocols = ipv4',
        'mynetworks = 127.0.0.0/8',
        'maillog_file = /dev/stdout',
        'alias_maps =',
        'local_recipient_maps =',
        'smtpd_tls_security_level = may',
        `smtpd_tls_cert_file = ${path('server.pem')}`,
        `smtpd_tls_key_file = ${path('server.key')}`,
      ];
      const services = [`127.0.0.1:${port(0)} inet n - n - - smtpd`, 'postlog unix-dgram n - n - 1 postlogd', 'proxymap unix - - n - - proxymap', 'rewrite unix - - n - - trivial-rewrite', 'anvil unix - - n - 1 anvil', 'tlsmgr unix - - n 1000? 1 tlsmgr', 'cleanup unix n - n - 0 cleanup'];
      if (delivers) {
        const id = (await run('id', ['-u', 'postfix'])).trim();
        await writeFile(join(folder, 'mailbox'), '');
        await run('chown', ['postfix', 'mailbox', '.'], { cwd: folder });
        main.push('virtual_mailbox_domains = mailbox.test', `virtual_mailbox_base = ${path('')}`, 'virtual_mailbox_maps = static:mailbox', `virtual_minimum_uid = ${id}`, `virtual_uid_maps = static:${id}`, `virtual_gid_maps = static:${id}`, 'virtual_mailbox_limit = 0', 'enable_long_queue_ids = no');
        services.push('qmgr unix n - n 300 1 qmgr', 'virtual unix - n n - - virtual', 'error unix - - n - - error', 'retry unix - - n - - error', 'bounce unix - - n - 0 bounce', 'defer unix - - n - 0 bounce', 'trace unix - - n - 0 bounce', 'flush unix n - n 1000? 0 flush');
      }
      await writeFile(join(folder, 'config/main.cf'), `${main.join('\n')}\n`);
      await writeFile(join(folder, 'config/master.cf'), `${services.join('\n')}\n`);
      return { program: programPath('postfix'), args: ['-c', path('config'), 'start-fg'] };
    },
  });

/** Dovecot with STARTTLS, for IMAP or POP3. */
export const startDovecot = (protocol: 'imap' | 'pop3'): Promise<TlsServer> =>
  start({
    name: 'dovecot',
    async prepare({ folder, port, path }) {
      await chmod(folder, 0o755);
      const other = protocol === 'imap' ? ['imaps'] : ['pop3s'];
      const lines = [
        `protocols = ${protocol}`,
        'listen = 127.0.0.1',
        `base_dir = ${path('run')}`,
        'log_path = /dev/stderr',
        'ssl = yes',
        `ssl_cert = <${path('server.pem')}`,
        `ssl_key = <${path('server.key')}`,
        'mail_location = maildir:/nonexistent',
        'passdb {', '  driver = static', '  args = nopassword=y', '}',
        `service ${protocol}-login {`, `  inet_listener ${protocol} {`, `    port = ${port(0)}`, '  }', ...other.flatMap((name) => [`  inet_listener ${name} {`, '    port = 0', '  }']), '}',
        '',
      ];
      await writeFile(join(folder, 'dovecot.conf'), lines.join('\n'));
      return { program: programPath('dovecot'), args: ['-F', '-c', path('dovecot.conf')] };
    },
  });

/** vsftpd with AUTH TLS. */
export const startVsftpd = (): Promise<TlsServer> =>
  start({
    name: 'vsftpd',
    async prepare({ folder, port, path }) {
      await mkdir(join(folder, 'empty'), { mode: 0o755 });
      const settings = ['listen=YES', 'listen_address=127.0.0.1', `listen_port=${port(0)}`, 'background=NO', 'anonymous_enable=YES', 'no_anon_password=YES', `anon_root=${path('empty')}`, `secure_chroot_dir=${path('empty')}`, 'ssl_enable=YES', 'allow_anon_ssl=YES', 'ssl_tlsv1=YES', 'ssl_ciphers=HIGH', `rsa_cert_file=${path('server.pem')}`, `rsa_private_key_file=${path('server.key')}`, 'seccomp_sandbox=NO', 'isolate_network=NO'];
      await writeFile(join(folder, 'vsftpd.conf'), `${settings.join('\n')}\n`, { mode: 0o600 });
      return { program: programPath('vsftpd'), args: [path('vsftpd.conf')] };
    },
  });

/** OpenLDAP's slapd with an empty directory. */
export const startSlapd = (): Promise<TlsServer> =>
  start({
    name: 'slapd',
    async prepare({ folder, port, path }) {
      await mkdir(join(folder, 'db'));
      const lines = ['include /etc/ldap/schema/core.schema', 'modulepath /usr/lib/ldap', 'moduleload back_mdb', `TLSCertificateFile ${path('server.pem')}`, `TLSCertificateKeyFile ${path('server.key')}`, `TLSCACertificateFile ${path('ca.pem')}`, 'database mdb', 'suffix "dc=example,dc=test"', `directory ${path('db')}`, ''];
      await writeFile(join(folder, 'slapd.conf'), lines.join('\n'));
      return { program: programPath('slapd'), args: ['-d', 'stats', '-f', path('slapd.conf'), '-h', `ldap://127.0.0.1:${port(0)}`] };
    },
  });

/** MariaDB with TLS. */
export const startMariadb = (): Promise<TlsServer> =>
  start({
    name: 'mariadb',
    async prepare({ folder, port, path }) {
      const user = process.getuid?.() === 0 ? ['--user=root'] : [];
// Without tables of users and rights: whoever asks for TLS needs none.
      await mkdir(join(folder, 'data'));
      const args = ['--no-defaults', '--skip-grant-tables', `--datadir=${path('data')}`, `--socket=${path('socket')}`, `--pid-file=${path('pid')}`, '--bind-address=127.0.0.1', `--port=${port(0)}`, `--ssl-cert=${path('server.pem')}`, `--ssl-key=${path('server.key')}`, '--innodb-buffer-pool-size=16M', ...user];
      return { program: programPath('mariadbd'), args };
    },
  });

/** Prosody for clients of `chat.example.test`, with STARTTLS. */
export const startProsody = (): Promise<TlsServer> =>
  start({
    name: 'prosody',
    async prepare({ folder, port, path }) {
      await mkdir(join(folder, 'data'));
      const lines = [
        'run_as_root = true',
        `data_path = "${path('data')}"`,
        `pidfile = "${path('prosody.pid')}"`,
        'daemonize = false',
        'interfaces = { "127.0.0.1" }',
        'modules_enabled = { "tls", "saslauth" }',
        'modules_disabled = { "s2s", "offline" }',
        `c2s_ports = { ${port(0)} }`,
        's2s_ports = {}', 'c2s_direct_tls_ports = {}', 's2s_direct_tls_ports = {}', 'http_ports = {}', 'https_ports = {}',
        'log = { info = "*console" }',
        `ssl = { certificate = "${path('server.pem')}", key = "${path('server.key')}" }`,
        'VirtualHost "chat.example.test"',
        '',
      ];
      await writeFile(join(folder, 'prosody.cfg.lua'), lines.join('\n'));
      return { program: programPath('prosody'), args: ['-F', '--config', path('prosody.cfg.lua')] };
    },
  });

async function start(recipe: Recipe): Promise<TlsServer> {
  const made = { certificatePem: '' };
  const peer = await launch({
    name: recipe.name,
    ports: 1,
    async prepare(place) {
      await makeServerTls(place.folder);
      made.certificatePem = await run('cat', [join(place.folder, 'server.pem')]);
      return recipe.prepare(place);
    },
    isReady: ({ port }) => listens(port(0)),
  });
  return { ...peer, host: '127.0.0.1', port: peer.place.port(0), certificatePem: made.certificatePem, folder: peer.place.folder };
}
