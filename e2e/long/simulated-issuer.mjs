import { Agent, request } from 'node:http';
import { AppError } from '@sifaka/kernel';
import { definePlugin, outsideAuthority } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const agent = new Agent({ keepAlive: true });

/** Asks the outside CA of the simulation, which issues at once unless it is away. */
export function simulatedIssuer(url) {
  return definePlugin({
    kind: 'issuer',
    slug: 'simulated-issuer',
    title: 'Simulated CA',
    description: 'A CA outside that the simulation runs',
    version: '1.0.0',
    options: z.object({ label: z.string().default('').describe('Means nothing') }),
    create: () => ({
      async createAuthority(asked) {
        const { pem } = await ask(url, '/authority', { authority: asked.name });
        return outsideAuthority(asked, pem, 'certificate');
      },
      async createCertificate({ authority, requestId, csrDer, notBefore, notAfter }) {
        const asked = { authority: authority.name, requestId, csr: Buffer.from(csrDer).toString('base64'), notBefore, notAfter, pid: process.pid };
        const { certificate } = await ask(url, '/certificate', asked);
        return { status: 'issued', certificateDer: Buffer.from(certificate, 'base64'), chainDer: [authority.certificateDer, ...authority.chainDer], externalId: null };
      },
    }),
  });
}

function ask(url, path, body) {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', (error) => reject(lost(error)));
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(parts).toString('utf8'));
        if (response.statusCode === 200) resolve(answer);
        else reject(faultOf(answer));
      });
    });
    asking.on('error', (error) => reject(lost(error)));
    asking.end(text);
  });
}

/** The CA says itself which fault it is for its clients. */
const faultOf = ({ code, reason, retryAfterMs }) =>
  new AppError(code, 'the simulated CA is away', { ...(reason !== undefined && { reason }), ...(retryAfterMs !== undefined && { retryAfterMs }) });

const lost = (cause) => new AppError('upstream_failed', 'the simulated CA broke the connection', { cause });
