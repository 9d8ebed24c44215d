import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';

export const apiKey = 'right-key-0123456789';

const Body = z.object({ ttl: z.int().optional(), answers: z.array(z.looseObject({ answer: z.array(z.string()).min(1) })) });

interface Stored {
  id: string;
  ttl: number;
  answers: { answer: string[] }[];
}

/** API v1 of NS1 as its documentation describes it: PUT makes, POST changes, a link to the next page of zones. */
export async function startNsone(zones: readonly { zone: string; primary?: { enabled: boolean }; secondary?: { enabled: boolean }; link?: string }[], zonesPerPage = 50) {
  const records = new Map<string, Stored>();
  let lastId = 0;

  function record(method: string, zone: string, domain: string, body: unknown): [number, unknown] {
    if (!zones.some((each) => each.zone === zone)) return [404, { message: 'zone not found' }];
    if (domain !== zone && !domain.endsWith(`.${zone}`)) return [400, { message: 'Input validation failed', errors: ['domain outside of zone'] }];
    const found = records.get(domain);
    if (method === 'PUT') {
      if (found !== undefined) return [400, { message: 'record already exists' }];
      const made: Stored = { id: `id-${++lastId}`, ttl: 3600, ...Body.parse(body) };
      records.set(domain, made);
      return [200, made];
    }
    if (found === undefined) return [404, { message: 'record not found' }];
    if (method === 'POST') Object.assign(found, Body.parse(body));
    if (method === 'DELETE') records.delete(domain);
    return [200, method === 'DELETE' ? {} : found];
  }

  function route(request: IncomingMessage, body: unknown): [number, unknown, Record<string, string>?] {
    if (request.headers['x-nsone-key'] !== apiKey) return [401, { message: 'Unauthorized' }];
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/v1/zones') {
      const after = zones.findIndex(({ zone }) => zone === searchParams.get('after')) + 1;
      const page = zones.slice(after, after + zonesPerPage);
      const hasMore = after + zonesPerPage < zones.length;
      return [200, page, hasMore ? { link: `<http://${request.headers.host}/v1/zones?after=${page.at(-1)!.zone}&limit=${zonesPerPage}>; rel="next"` } : {}];
    }
    const [, zone, domain] = /^\/v1\/zones\/([^/]+)\/([^/]+)\/TXT$/.exec(pathname) ?? [];
    if (zone === undefined || domain === undefined) return [404, { message: 'not found' }];
    return record(request.method ?? 'GET', decodeURIComponent(zone), decodeURIComponent(domain), body);
  }

  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const [status, body, headers] = route(request, text === '' ? null : JSON.parse(text));
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`,
    records,
    read: (name: string) => (records.get(name)?.answers ?? []).map(({ answer }) => answer.join('')),
    stop: () => server.close(),
  };
}
