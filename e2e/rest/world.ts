import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { createAuthority, createCertificate, expectOk, Platform, type Client, type Json, type PlatformOptions } from '../harness/index.js';

export const password = 'Correct-horse-battery-2!';

/** A platform with one caller of each kind, and an authority that nobody but administrators shares a role with. */
export interface World {
  platform: Platform;
  anonymous: Client;
  admin: Client;
  /** An active user without roles. */
  plain: Client;
  operator: Client;
  readOnly: Client;
  /** Speaks with an API key of an administrator. */
  key: Client;
  authority: Json;
}

export function useWorld(options: PlatformOptions = {}): () => World {
  let world: World | null = null;
  beforeAll(async () => {
    world = await makeWorld(await Platform.start(options));
  });
  afterAll(async () => {
    await world?.platform.dispose();
  });
  return () => {
    if (world === null) throw new Error('the platform of this suite did not start');
    return world;
  };
}

async function makeWorld(platform: Platform): Promise<World> {
  const admin = await platform.admin();
  const authority = await createAuthority(admin, { owner: 'pki@corp.test' });
  const isStrict = platform.options.env?.LEMUR_STRICT_ROLE_ENFORCEMENT === 'true';
  return {
    platform,
    anonymous: platform.anonymous,
    admin,
    plain: isStrict ? platform.anonymous : await signedUp(admin, 'plain', []),
    operator: await signedUp(admin, 'oper', ['operator']),
    readOnly: await signedUp(admin, 'reader', ['read-only']),
    key: admin.as(expectOk(await admin.post('/keys', { name: 'admin key', ttl: 1 })).jwt),
    authority,
  };
}

/** Creates a user with these roles, and logs in. */
export async function signedUp(admin: Client, username: string, roles: readonly string[]): Promise<Client> {
  await createUser(admin, { username, roles: roles.map((name) => ({ name })) });
  return admin.as(null).login(username, password);
}

export async function createUser(admin: Client, input: Json = {}): Promise<Json> {
  const username = input.username ?? unique('user');
  return expectOk(await admin.post('/users', { username, email: `${username}@corp.test`, password, active: true, roles: [], ...input }));
}

export async function createRole(admin: Client, input: Json = {}): Promise<Json> {
  return expectOk(await admin.post('/roles', { name: unique('role'), description: 'made by a test', ...input }));
}

/** A certificate of the world's authority, by default made by an administrator. */
export async function issue({ admin, authority }: World, input: Json = {}, by: Client = admin): Promise<Json> {
  return createCertificate(by, { authority: { id: authority.id }, ...input });
}

export function unique(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 13)}`;
}

/** Keys in alphabetical order, to compare sets of keys. */
export const keysOf = (value: Json): string[] => Object.keys(value).sort();

export const sorted = (...keys: string[]): string[] => keys.flatMap((text) => text.split(/[\s,]+/)).filter((key) => key !== '').sort();
