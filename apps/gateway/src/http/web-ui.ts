import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where `npm run build` puts the browser interface; the same for compiled and for uncompiled sources. */
export const webBuild = join(import.meta.dirname, '../../../web/dist');

interface WebFile {
  body: Buffer;
  gzipped: Buffer | null;
  type: string;
  cacheControl: string;
  etag: string;
}

const missing =
  'The web interface has not been built: run "npm run build" in the checkout and start again. The API answers below /api/1.\n';

/**
 * The browser interface: its files, and its one page for every address that is not of a machine's, where the router in the page takes over. All
 * of it is held in memory (1.5 MB), so no path of a request ever reaches the file system.
 */
export async function serveWebUi(server: FastifyInstance, folder: string = webBuild): Promise<void> {
  const files = await readBuild(folder);
  const page = files.get('/index.html');
  server.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    // The API's own 404 and 405, and a 404 for what is asked for as a file, not as a page.
    if (machines.some((each) => path === each || path.startsWith(`${each}/`))) return notFound(reply);
    const file = files.get(path);
    if (file !== undefined) return send(request, reply, file);
    if (/\.[^/]*$/.test(path)) return notFound(reply);
    if (page === undefined) return reply.status(503).type('text/plain; charset=utf-8').send(missing);
    return send(request, reply, page);
  });
}

/** No person has a page below these: who asks there reads no HTML. */
const machines = ['/api', '/ocsp', '/crl', '/ca', '/.well-known'];

async function readBuild(folder: string): Promise<Map<string, WebFile>> {
  if (!existsSync(folder)) return new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [`/${relative(folder, path).split(sep).join('/')}`, await webFile(path)] as const),
  );
  return new Map(files);
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
};

const compress = promisify(gzip);

async function webFile(path: string): Promise<WebFile> {
  const body = await readFile(path);
  const extension = extname(path);
  return {
    body,
    gzipped: extension === '.png' ? null : await compress(body),
    type: types[extension] ?? 'application/octet-stream',
    // The build puts a hash of the content into the name of everything below assets/.
    cacheControl: path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}

function send(request: FastifyRequest, reply: FastifyReply, file: WebFile): FastifyReply {
  void reply.headers({ etag: file.etag, 'cache-control': file.cacheControl, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  void reply.type(file.type);
  return takesGzip && file.gzipped !== null ? reply.header('content-encoding', 'gzip').send(file.gzipped) : reply.send(file.body);
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}
