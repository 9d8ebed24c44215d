import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseOcspRequest, type OcspRequest } from '@sifaka/pki';

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

/** A web server on loopback that answers what a test says, and remembers who came. */
export class StandInServer {
  /** Method and path of every request, in order. */
  readonly visits: string[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<StandInServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const made = new StandInServer(server, address.port);
    server.on('request', (request, response) => void made.answer(request, response));
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Says what is served at a path and below; returns its address. */
  on(path: string, answer: Answer | Uint8Array): string {
    this.answers.set(path, answer instanceof Uint8Array ? (_request, response) => void response.end(answer) : answer);
    return `${this.origin}${path}`;
  }

  /** A responder: `answer` makes the DER for each question, by GET and by POST. */
  onOcsp(path: string, answer: (asked: OcspRequest) => Uint8Array): string {
    return this.on(path, (request, response, body) => {
      const question = request.method === 'POST' ? body : Buffer.from(decodeURIComponent((request.url ?? '').slice(path.length + 1)), 'base64');
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answer(parseOcspRequest(question)));
    });
  }

  count(start: string): number {
    return this.visits.filter((visit) => visit.startsWith(start)).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.visits.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
    const path = [...this.answers.keys()].filter((known) => isBelow(request.url ?? '', known)).sort((a, b) => b.length - a.length)[0];
    const answer = path === undefined ? undefined : this.answers.get(path);
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else await answer(request, response, Buffer.concat(chunks));
  }
}

const isBelow = (url: string, path: string): boolean => url === path || (url.startsWith(path) && (path.endsWith('/') || /^[/?]/.test(url.slice(path.length))));
