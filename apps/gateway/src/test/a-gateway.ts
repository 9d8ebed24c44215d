import type { Clock } from '@sifaka/kernel';
import type { ServiceDefinition } from '@sifaka/runtime';
import { testPlatform, type TestPlatform } from '@sifaka/testing';
import { gatewayService } from '../gateway.service.js';
import { issuerStandIn, keyvaultStandIn } from './stand-ins.js';

export const adminPassword = 'Correct-Horse-42!';
export const userPassword = 'Battery-Staple-17!';
export const tokenSecret = 'a token secret for tests, long enough';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say what they expect of it
  body: any;
}

export interface SendOptions {
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Gateway {
  platform: TestPlatform;
  address(): string;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  login(username: string, password: string): Promise<string>;
  /** Token of the administrator. */
  admin: string;
  /** Creates a user with these roles and logs in. */
  aUser(name: string, roles?: string[]): Promise<{ id: number; token: string }>;
  stop(): Promise<void>;
}

interface GatewayOptions {
  env?: Record<string, string>;
  /** For the services behind it too. */
  allEnv?: Record<string, string>;
  clock?: Clock;
  /** Behind it besides the stand-ins of issuer and key vault. */
  services?: readonly ServiceDefinition[];
  /** Name and password of the first administrator, when `env` changes them. */
  administrator?: [username: string, password: string];
}

export async function aGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const platform = await testPlatform({
    services: [issuerStandIn, keyvaultStandIn, ...(options.services ?? []), gatewayService],
    env: {
      ...options.allEnv,
      gateway: { SIFAKA_ADMIN_PASSWORD: adminPassword, SIFAKA_TOKEN_SECRET: tokenSecret, SIFAKA_LOGIN_LIMIT: '10000', ...options.env },
    },
    ...(options.clock && { clock: options.clock }),
  });
  const address = () => platform.service('gateway').address ?? '';

  const send = async (method: string, path: string, { token, body, headers = {} }: SendOptions = {}): Promise<Answer> => {
    const response = await fetch(`${address()}/api/1${path}`, {
      method,
      headers: {
        ...(token !== undefined && token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };

  const login = async (username: string, password: string): Promise<string> => {
    const { status, body } = await send('POST', '/auth/login', { body: { username, password } });
    if (status !== 200) throw new Error(`login of ${username}: ${status} ${JSON.stringify(body)}`);
    return body.token;
  };

  try {
    const admin = await login(...(options.administrator ?? (['admin', adminPassword] as const)));
    const aUser = async (name: string, roles: string[] = []) => {
      const created = await send('POST', '/users', {
        token: admin,
        body: {
          username: name,
          email: `${name}@example.com`,
          password: userPassword,
          active: true,
          roles: roles.map((role) => ({ name: role })),
        },
      });
      if (created.status !== 200) throw new Error(`user ${name}: ${created.status} ${created.text}`);
      return { id: created.body.id as number, token: await login(name, userPassword) };
    };
    return { platform, address, send, login, admin, aUser, stop: () => platform.stop() };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
