import { createServer, type IncomingMessage } from 'node:http';
import { unquoteTxt } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const token = 'right-token-0123456789';
export const account = { email: 'dns@example.test', key: 'right-key-0123456789abcdef' };

interface Stored {
  id: string;
  zoneId: string;
  name: string;
  type: string;
  content: string;
  ttl: number;
}

interface Answer {
  status: number;
  body: unknown;
}

const NewRecord = z.object({ type: z.string(), name: z.string(), content: z.string(), ttl: z.int() });

const refusal = (status: number, code: number, message: string): Answer => ({ status, body: { success: false, errors: [{ code, message }], messages: [], result: null } });

/** API v4 of Cloudflare as its documentation describes it: envelope, pages, error codes. Zones are told from 1 on: `zone-1`. */
export async function startCloudflare(zones: readonly { name: string; type?: string; status?: string }[]) {
  const rows = zones.map((zone, index) => ({ id: `zone-${index + 1}`, type: 'full', status: 'active', ...zone }));
  const records: Stored[] = [];
  const requests: string[] = [];
  let lastId = 0;

  function page(all: readonly unknown[], query: URLSearchParams, maxPerPage: number): Answer {
    const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
    if (size > maxPerPage) return refusal(400, 6_003, `per_page ${size} is too large`);
    const result = all.slice((number - 1) * size, number * size);
    return { status: 200, body: { success: true, errors: [], messages: [], result, result_info: { page: number, per_page: size, count: result.length, total_count: all.length, total_pages: Math.ceil(all.length / size) } } };
  }

  function create(zoneId: string, body: unknown): Answer {
    const { data: record, success } = NewRecord.safeParse(body);
    if (!success) return refusal(400, 9_000, 'DNS name is invalid.');
    if (record.ttl !== 1 && record.ttl < 60) return refusal(400, 9_021, 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.');
    const zone = rows.find(({ id }) => id === zoneId)!;
    if (record.name !== zone.name && !record.name.endsWith(`.${zone.name}`)) return refusal(400, 9_000, 'DNS name is outside of the zone.');
    if (records.some((each) => each.name === record.name && each.content === record.content)) return refusal(400, 81_058, 'An identical record already exists.');
    records.push({ ...record, id: `record-${++lastId}`, zoneId });
    return { status: 200, body: { success: true, errors: [], messages: [], result: records.at(-1) } };
  }

  function route(request: IncomingMessage, body: unknown): Answer {
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = request.headers;
    if (authorization !== `Bearer ${token}` && (email !== account.email || key !== account.key)) return refusal(403, 9_109, 'Invalid access token');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/zones') return page(rows.filter(({ status }) => [null, status].includes(searchParams.get('status'))), searchParams, 50);
    const [, zoneId = '', recordId] = /^\/zones\/([^/]+)\/dns_records(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (!rows.some(({ id }) => id === zoneId)) return refusal(404, 7_003, `Could not route to ${pathname}, perhaps your object identifier is invalid?`);
    if (request.method === 'POST') return create(zoneId, body);
    if (request.method === 'DELETE') {
      const index = records.findIndex(({ id }) => id === recordId);
      if (index < 0) return refusal(404, 81_044, 'Record does not exist.');
      return { status: 200, body: { success: true, errors: [], messages: [], result: { id: records.splice(index, 1)[0]!.id } } };
    }
    return page(records.filter((record) => record.zoneId === zoneId && [null, record.type].includes(searchParams.get('type')) && [null, record.name].includes(searchParams.get('name'))), searchParams, 5_000_000);
  }

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { status, body } = route(request, text === '' ? null : JSON.parse(text));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    records,
    requests,
    read: (name: string) => records.filter((record) => record.name === name).map(({ content }) => unquoteTxt(content)),
    stop: () => server.close(),
  };
}
