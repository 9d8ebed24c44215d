import { accessSettings, defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { isNetwork } from './http/network-address.js';
import { parseLifetime } from './identity/token-lifetime.js';

const lifetime = z.union([z.int(), z.string()]).transform((value, context) => {
  const seconds = parseLifetime(value);
  if (seconds !== null) return seconds;
  context.addIssue({ code: 'custom', message: 'must be a number of days, or minutes or hours such as "30m" or "12h", at most 365 days' });
  return z.NEVER;
});

const tokenSecret = z.string().min(16, { error: 'must have at least 16 characters; 32 random bytes or more are advised' });

const networkAddress = z.string().refine(isNetwork, { error: 'must be an IP address, or a network such as 10.0.0.0/8' });

export const gatewayConfig = defineConfig('gateway', {
  ...accessSettings,
  host: setting(z.string().min(1).default('127.0.0.1'), {
    env: 'SIFAKA_HOST',
    describe: 'Address on which the API and the web UI are served.',
  }),
  port: setting(z.int().min(0).max(65_535).default(8000), {
    env: 'SIFAKA_PORT',
    describe: 'Port on which the API and the web UI are served.',
  }),
  trustedProxies: setting(z.array(networkAddress).max(100).default([]), {
    env: 'SIFAKA_TRUSTED_PROXIES',
    describe: 'Addresses or networks (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` names the client; none by default.',
  }),
  callerPrivateKey: setting(z.string().min(1), {
    env: 'SIFAKA_CALLER_PRIVATE_KEY',
    describe: 'Ed25519 private key (PKCS#8, PEM or base64) with which the gateway signs who is asking.',
    secret: true,
  }),
  adminUsername: setting(z.string().min(1).max(255).default('admin'), {
    env: 'SIFAKA_ADMIN_USERNAME',
    describe: 'Name of the administrator who is created at the first start, while there are no users.',
  }),
  adminEmail: setting(z.email().default('admin@sifaka.internal'), {
    env: 'SIFAKA_ADMIN_EMAIL',
    describe: 'E-mail address of that administrator.',
  }),
  adminPassword: setting(z.string().max(1_024).optional(), {
    env: ['SIFAKA_ADMIN_PASSWORD', 'LEMUR_ADMIN_PASSWORD'],
    describe: 'Password of that administrator; read at the first start only.',
    secret: true,
  }),
  tokenSecret: setting(tokenSecret.optional(), {
    env: ['SIFAKA_TOKEN_SECRET', 'LEMUR_TOKEN_SECRET'],
    describe: 'Secret that signs and verifies login and API key tokens, unless `tokenSecrets` is set.',
    secret: true,
  }),
  tokenSecrets: setting(z.array(tokenSecret).max(10).default([]), {
    env: ['SIFAKA_TOKEN_SECRETS', 'LEMUR_TOKEN_SECRETS'],
    describe:
      'Secrets of tokens: the first signs, all verify. To rotate, put a new one first and drop the old one after the longest token life.',
    secret: true,
  }),
  tokenAlgorithms: setting(
    z
      .array(z.enum(['HS256', 'HS384', 'HS512']))
      .min(1)
      .default(['HS256']),
    {
      env: ['SIFAKA_TOKEN_ALGORITHMS', 'LEMUR_TOKEN_ALGORITHMS'],
      describe: 'HMAC algorithms of tokens: the first signs, only the listed ones verify.',
    },
  ),
  tokenLifetimeSeconds: setting(lifetime.default(86_400), {
    env: ['SIFAKA_TOKEN_EXPIRATION', 'LEMUR_TOKEN_EXPIRATION'],
    describe: 'Life of a login token: days as a number, or `30m`, `12h`. The default is one day.',
  }),
  checkPasswordStrength: setting(z.boolean().default(true), {
    env: ['SIFAKA_CHECK_PASSWORD_STRENGTH', 'CHECK_PASSWORD_STRENGTH'],
    describe: 'New passwords need 12 characters, upper and lower case, a digit and one of ! @ # ? ].',
  }),
  cors: setting(z.boolean().default(false), {
    env: ['SIFAKA_CORS', 'CORS'],
    describe: 'Whether pages of other origins may call the API from a browser.',
  }),
  corsOrigins: setting(z.array(z.string().min(1)).min(1).default(['*']), {
    env: ['SIFAKA_CORS_ORIGINS', 'CORS_ORIGINS'],
    describe: 'Origins that may, when `cors` is on; `*` stands for any.',
  }),
  corsAllowHeaders: setting(z.array(z.string().min(1)).default(['Authorization', 'Content-Type', 'Idempotency-Key']), {
    env: ['SIFAKA_CORS_ALLOW_HEADERS', 'CORS_ALLOW_HEADERS'],
    describe: 'Request headers that such pages may send.',
  }),
  customResponseHeaders: setting(z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/), z.string().max(4_096)).default({}), {
    env: ['SIFAKA_CUSTOM_RESPONSE_HEADERS', 'CUSTOM_RESPONSE_HEADERS'],
    describe: 'Headers that are added to every answer, by name.',
  }),
  loginLimit: setting(z.int().min(1).max(100_000).default(10), {
    env: 'SIFAKA_LOGIN_LIMIT',
    describe: 'Login requests that one client address may make per window.',
  }),
  loginWindowSeconds: setting(z.int().min(1).max(86_400).default(300), {
    env: 'SIFAKA_LOGIN_WINDOW_SECONDS',
    describe: 'Length of that window, in seconds.',
  }),
  endpointExpiryDays: setting(z.int().min(0).max(3_650).default(30), {
    env: 'SIFAKA_ENDPOINT_EXPIRY_DAYS',
    describe: 'Days before the end of a certificate from which on its endpoints show the issue `expiring certificate`.',
  }),
  auditRetentionDays: setting(z.int().min(1).max(36_500).optional(), {
    env: 'SIFAKA_AUDIT_RETENTION_DAYS',
    describe: 'Days after which entries leave the audit log; kept for ever by default.',
  }),
});

export type GatewayConfig = ConfigOf<typeof gatewayConfig>;

/** Token secrets in force: the first signs. @throws AppError failed_precondition when none is set. */
export function tokenSecretsOf({ tokenSecret, tokenSecrets }: Pick<GatewayConfig, 'tokenSecret' | 'tokenSecrets'>): string[] {
  if (tokenSecrets.length > 0) return tokenSecrets;
  if (tokenSecret !== undefined) return [tokenSecret];
  throw new AppError('failed_precondition', 'SIFAKA_TOKEN_SECRET: required (secret that signs login tokens), or SIFAKA_TOKEN_SECRETS', {
    reason: 'config.invalid',
  });
}
