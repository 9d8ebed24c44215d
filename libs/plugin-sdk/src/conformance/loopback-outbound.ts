import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import { AppError } from '@sifaka/kernel';
import { Agent, fetch as undiciFetch } from 'undici';
import type { Outbound, TlsTrust } from '../context.js';

/** A way out without guard, for peers and stand-ins on loopback. */
export function loopbackOutbound(): Outbound {
  return {
    fetchWith: (trust) => fetchThrough(new Agent({ keepAliveTimeout: 100, connect: tlsOf(trust) })),
    connect: ({ host, port, timeoutMs = 5_000 }) => connected(connectTcp({ host, port, timeout: timeoutMs })),
    secureContext: ({ caPem } = {}) => createSecureContext({ ...(caPem !== undefined && { ca: [...rootCertificates, caPem] }) }),
    isNamed: ({ host }) => host === '127.0.0.1',
    agents: (trust = {}) => ({ http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true, ...tlsOf(trust) }) }),
  };
}

/** undici's own fetch and the platform's differ in their types alone. */
function fetchThrough(dispatcher: Agent): typeof globalThis.fetch {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- two declarations of one standard
  const through = undiciFetch as unknown as (input: unknown, init: unknown) => Promise<Response>;
  return (input, init) => through(input, { ...init, dispatcher });
}

function tlsOf({ caPem, clientCertificatePem, clientKeyPem, isVerified }: TlsTrust) {
  return {
    ...(caPem !== undefined && { ca: caPem }),
    ...(clientCertificatePem !== undefined && { cert: clientCertificatePem }),
    ...(clientKeyPem !== undefined && { key: clientKeyPem }),
    rejectUnauthorized: isVerified ?? true,
  };
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const late = () => socket.destroy(new AppError('upstream_timeout', 'no connection within the time limit'));
    socket.once('error', reject);
    socket.once('timeout', late);
    socket.once('connect', () => {
      // The limit is for connecting; what comes after is the plugin's.
      socket.setTimeout(0).off('timeout', late).off('error', reject);
      resolve(socket);
    });
  });
}
