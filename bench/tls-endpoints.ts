import { fork, type ChildProcess } from 'node:child_process';
import { createServer as createPlainServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer, type TlsOptions } from 'node:tls';
import { testCertificates } from './test-certificates.js';

export interface TlsEndpoints {
  /** Blocks of addresses, as a source takes them. */
  networks: string;
  ports: readonly number[];
  count: number;
  /** Of these, endpoints that accept a connection and say nothing. */
  hanging: number;
  /** The nth of those that answer, round and round. */
  answering(index: number): { host: string; port: number };
  stop(): void;
}

interface Task {
  /** Third byte of the addresses. */
  net: number;
  certificates: readonly Pick<TlsOptions, 'cert' | 'key'>[];
}

const processes = 4;
/** A /26. */
const addresses = 64;
const hangEvery = 100;
const ports = Array.from({ length: 40 }, (_, index) => 24_400 + index);

/** 10,240 endpoints on loopback, in processes of their own, with a hundred P-256 certificates among them; every hundredth hangs. */
export async function startTlsEndpoints(): Promise<TlsEndpoints> {
  const certificates = testCertificates(100);
  const children = await Promise.all(Array.from({ length: processes }, (_, net) => startChild({ net, certificates })));
  const perProcess = addresses * ports.length;
  return {
    networks: children.map((_, net) => `127.77.${net}.0/26`).join(','),
    ports,
    count: processes * perProcess,
    hanging: processes * Math.floor(perProcess / hangEvery),
    answering: (index) => {
      const net = index % processes;
      // Counted as below; the ones that hang are passed over.
      const made = (Math.floor(index / processes) % Math.floor(perProcess / hangEvery)) * hangEvery;
      return { host: `127.77.${net}.${Math.floor(made / ports.length)}`, port: ports[made % ports.length] ?? 0 };
    },
    stop: () => {
      for (const child of children) child.kill();
    },
  };
}

function startChild(task: Task): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.once('error', reject).once('exit', (code) => reject(new Error(`a TLS server ended with ${code ?? 'a signal'}`)));
    child.once('message', () => resolve(child));
    child.send(task);
  });
}

async function serve({ net, certificates }: Task): Promise<void> {
  const servers = certificates.map((certificate) => createServer(certificate).on('tlsClientError', () => undefined));
  let made = 0;
  for (let address = 0; address < addresses; address += 1) {
    for (const port of ports) {
      made += 1;
      const tls = servers[made % servers.length];
      const isHanging = made % hangEvery === 0;
      await listen(
        createPlainServer((socket) => {
          socket.on('error', () => undefined);
          if (!isHanging) tls?.emit('connection', socket);
        }),
        `127.77.${net}.${address}`,
        port,
      );
    }
  }
  process.send?.('ready');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen({ host, port, backlog: 64 }, resolve));
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('disconnect', () => process.exit(0));
  process.once('message', (task: Task) => void serve(task));
}
