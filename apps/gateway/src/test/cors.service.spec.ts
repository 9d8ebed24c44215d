import { describe, expect, it, jest } from '@jest/globals';
import { aGateway } from './a-gateway.js';

jest.setTimeout(60_000);

const origin = 'https://tools.corp.test';
const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } };

describe('pages of other origins', () => {
  it('are kept out by default, and OPTIONS lists the methods without a token', async () => {
    const gateway = await aGateway();
    try {
      const answer = await fetch(`${gateway.address()}/api/1/certificates`, preflight);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect([answer.status, answer.headers.get('allow')]).toEqual([200, 'GET, HEAD, OPTIONS, POST']);
    } finally {
      await gateway.stop();
    }
  });

  it('may call the API where the configuration names them, with credentials', async () => {
    const gateway = await aGateway({ env: { CORS: 'true', CORS_ORIGINS: origin } });
    try {
      const asked = await fetch(`${gateway.address()}/api/1/certificates`, preflight);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
      expect(asked.headers.get('access-control-allow-credentials')).toBe('true');
      expect(asked.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type, Idempotency-Key');
      const stranger = await fetch(`${gateway.address()}/api/1/healthcheck`, { headers: { origin: 'https://evil.test' } });
      expect(stranger.headers.get('access-control-allow-origin')).not.toBe('https://evil.test');
    } finally {
      await gateway.stop();
    }
  });
});
