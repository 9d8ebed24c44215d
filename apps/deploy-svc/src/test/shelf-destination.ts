import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { AppError } from '@sifaka/kernel';
import { certificatePem, fromPkcs8Der, parseCertificate, toPkcs8Pem } from '@sifaka/pki';
import { definePlugin, type DeployableCertificate, type DeployedCertificate, type Destination, type PublishedFile } from '@sifaka/plugin-sdk';
import { z } from 'zod';

type Does = 'publish' | 'unpublish' | 'upload' | 'reload' | 'verify' | 'remove' | 'rollback' | 'settle';

/** A place that holds certificates in memory, serves the one in its window over TLS when asked to, and does as the test says. */
export class Shelf {
  readonly held = new Map<string, DeployedCertificate>();
  /** Files for everybody, by name. */
  readonly published = new Map<string, string>();
  readonly calls: string[] = [];
  readonly uploads: (Omit<DeployableCertificate, 'privateKeyPkcs8Der'> & { key: string | null })[] = [];
  readonly faults = new Map<Does, unknown>();
  /** Waited for before anything is done. */
  readonly gates = new Map<Does, () => Promise<void>>();
  /** What uploads were told to stop by. */
  readonly signals: (AbortSignal | undefined)[] = [];
  /** What is served is made of what was uploaded by this. */
  presents: (uploaded: Shown) => Shown = (uploaded) => uploaded;
  /** The upload throws after it has put the new one into the window. */
  breaksHalfWay = false;
  port: number | null = null;
  window: Shown | null = null;
  /** It has this, and serves something else until it is told. */
  untold: Shown | null = null;
  private before: Shown | null = null;
  private server: Server | undefined;

  async open(): Promise<void> {
    const server = createServer({ minVersion: 'TLSv1.2' }, (socket) => socket.end());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.port = portOf(server);
  }

  close(): void {
    this.server?.close();
  }

  show(shown: Shown | null): void {
    this.window = shown;
    if (shown !== null) this.server?.setSecureContext({ cert: shown.chainPem, key: shown.keyPem });
  }

  async do(what: Does): Promise<void> {
    this.calls.push(what);
    await this.gates.get(what)?.();
    if (this.faults.has(what)) throw this.faults.get(what);
  }

  put({ privateKeyPkcs8Der, ...certificate }: DeployableCertificate, slot: string | undefined): string {
    this.uploads.push({ ...certificate, key: privateKeyPkcs8Der === null ? null : Buffer.from(privateKeyPkcs8Der).toString('base64') });
    const externalId = slot ?? certificate.name;
    if (privateKeyPkcs8Der !== null) {
      const next = this.presents({ chainPem: [certificate.certificateDer, ...certificate.chainDer].map((der) => certificatePem(parseCertificate(Buffer.from(der)))).join('\n'), keyPem: toPkcs8Pem(fromPkcs8Der(Buffer.from(privateKeyPkcs8Der))) });
      if (this.window?.chainPem !== next.chainPem) this.before = this.window;
      this.show(next);
    }
    if (this.breaksHalfWay) throw new AppError('upstream_failed', 'the reload command ended with 1');
    this.held.set(externalId, { ...certificate, externalId });
    return externalId;
  }

  /** A server that reads files: those that are there already are not read again. */
  hasAlready({ fingerprint }: DeployableCertificate): boolean {
    return this.untold !== null && [...this.held.values()].some((each) => each.fingerprint === fingerprint);
  }

  takeOver(): void {
    this.show(this.untold);
    this.untold = null;
  }

  take({ fingerprint }: DeployedCertificate): void {
    for (const [name, each] of this.held) if (each.fingerprint === fingerprint) this.held.delete(name);
  }

  putBack(certificate: DeployedCertificate): void {
    this.take(certificate);
    if (this.before !== null) this.show(this.before);
    this.before = null;
  }
}

export interface Shown {
  chainPem: string;
  keyPem: string;
}

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** By the option `shelf`. */
export const shelves = new Map<string, Shelf>();

const Options = z.object({
  shelf: z.string().describe('Which'),
  slot: z.string().optional().describe('The name that every certificate gets there'),
  host: z.string().default('127.0.0.1').describe('Where it serves'),
  store: z.string().optional().describe('The store that it fills'),
  can: z.string().default('remove').describe('What it does besides upload, with spaces'),
});

function shelfDestination({ shelf: name, slot, host, store, can }: z.output<typeof Options>): Destination {
  const shelf = shelves.get(name) ?? new Shelf();
  shelves.set(name, shelf);
  const abilities = new Set(can.split(' '));
  const all = {
    verify: async ({ fingerprint }: DeployedCertificate) => {
      await shelf.do('verify');
      return [...shelf.held.values()].some((each) => each.fingerprint === fingerprint);
    },
    remove: async (certificate: DeployedCertificate) => {
      await shelf.do('remove');
      shelf.take(certificate);
    },
    rollback: async (certificate: DeployedCertificate) => {
      await shelf.do('rollback');
      shelf.putBack(certificate);
    },
    publish: async ({ name: file, content }: PublishedFile) => {
      await shelf.do('publish');
      shelf.published.set(file, Buffer.from(content).toString());
    },
    unpublish: async ({ name: file }: { name: string }) => {
      await shelf.do('unpublish');
      shelf.published.delete(file);
    },
    settle: () => shelf.do('settle'),
    reload: async () => {
      await shelf.do('reload');
      shelf.takeOver();
    },
    endpoints: () => (shelf.port === null ? [] : [{ host, port: shelf.port, serverName: 'www.example.test', startTls: null }]),
  };
  const upload = async (certificate: DeployableCertificate, signal?: AbortSignal) => {
    shelf.signals.push(signal);
    await shelf.do('upload');
    if (shelf.hasAlready(certificate)) return { externalId: slot ?? certificate.name, wasThere: true };
    return { externalId: shelf.put(certificate, slot) };
  };
  return { upload, ...(slot !== undefined && { placeFor: () => slot }), ...(store !== undefined && { store }), ...Object.fromEntries(Object.entries(all).filter(([ability]) => abilities.has(ability))) };
}

const shelfPlugin = (slug: string, requiresKey: boolean, takesKey = false) =>
  definePlugin({ kind: 'destination', slug, title: 'Shelf', description: 'Certificates in memory', version: '1.0.0', requiresKey, takesKey, options: Options, sourceTwin: ({ shelf }) => ({ slug: 'shelf-source', options: { shelf } }), create: shelfDestination });

export const shelfPlugins = [shelfPlugin('shelf-destination', true), shelfPlugin('keyless-destination', false), shelfPlugin('key-taking-destination', false, true)];
