import { describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { loadConfig } from '@sifaka/config';
import { gatewayConfig } from '../gateway.config.js';
import { isNetwork } from './network-address.js';

describe('a trusted proxy', () => {
  it.each(['127.0.0.1', '10.0.0.0/8', 'loopback', '::1', '2001:db8::/32'])('may be %s', (text) => {
    expect(isNetwork(text)).toBe(true);
    expect(() => fastify({ trustProxy: [text] })).not.toThrow();
  });

  it.each(['', 'proxy.example.com', '0.0.0.0/0', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/8/8', '10.0.0', '10.0.0.0/255.0.0.0'])('may not be "%s"', (text) => {
    expect(isNetwork(text)).toBe(false);
  });

  it('that is none is told with the name of its setting', () => {
    expect(() => loadConfig(gatewayConfig, { env: { SIFAKA_TRUSTED_PROXIES: '10.0.0.1, localhost' } })).toThrow(
      /SIFAKA_TRUSTED_PROXIES: .*must be an IP address, or a network such as 10\.0\.0\.0\/8/,
    );
  });
});
