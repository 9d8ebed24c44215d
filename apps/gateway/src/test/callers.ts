import type { Gateway } from './a-gateway.js';

/** Who asks, in the order of the columns of a table of permissions. */
export const callers = ['none', 'plain', 'operator', 'readOnly', 'admin'] as const;
export type Tokens = Record<(typeof callers)[number], string | null>;

export async function someCallers(gateway: Gateway): Promise<Tokens> {
  return {
    none: null,
    plain: (await gateway.aUser('plain')).token,
    operator: (await gateway.aUser('oper', ['operator'])).token,
    readOnly: (await gateway.aUser('reader', ['read-only'])).token,
    admin: gateway.admin,
  };
}

/** title, method, path, body, statuses by caller */
export type PermissionRow = [title: string, method: string, path: () => Promise<string>, body: unknown, expected: number[]];

export async function statusesOf(gateway: Gateway, tokens: Tokens, [, method, path, body]: PermissionRow): Promise<number[]> {
  const statuses: number[] = [];
  for (const caller of callers) statuses.push((await gateway.send(method, await path(), { token: tokens[caller], body })).status);
  return statuses;
}
