import { createServer } from 'node:http';
import { z } from 'zod';

export const account = {
  username: 'c36f50e8-4632-44f0-83fe-e070fef28a10',
  password: 'htB9mR9DYgcu9bX_afHF62erXaH2TS7bg9KW3F7Z',
  subdomain: '8e5700ea-a4bf-41c7-8a77-e990661dcc6a',
  fulldomain: '8e5700ea-a4bf-41c7-8a77-e990661dcc6a.auth.acme.test',
};

const Update = z.object({ subdomain: z.string(), txt: z.string() });

/** acme-dns as its README and API describe it: one account, two values of which each update replaces the older. */
export async function startAcmeDns() {
  let values: string[] = [];

  function update(headers: NodeJS.Dict<string | string[]>, text: string): [number, object] {
    const { data, success } = Update.safeParse(text === '' ? null : JSON.parse(text));
    if (headers['x-api-user'] !== account.username || headers['x-api-key'] !== account.password) return [401, { error: 'forbidden' }];
    if (!success || data.subdomain !== account.subdomain) return [401, { error: 'forbidden' }];
    if (!/^[A-Za-z0-9_-]{43}$/.test(data.txt)) return [400, { error: 'bad_txt' }];
    values = [...values, data.txt].slice(-2);
    return [200, { txt: data.txt }];
  }

  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const [status, body] = request.method === 'POST' && request.url === '/update' ? update(request.headers, text) : [404, { error: 'not_found' }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, values: () => values, stop: () => server.close() };
}
