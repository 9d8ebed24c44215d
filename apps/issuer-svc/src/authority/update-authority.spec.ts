import { describe, expect, it } from '@jest/globals';
import type { AccessRules } from '@sifaka/authz';
import type { CallContext } from '@sifaka/messaging';
import type { StoredOption } from '@sifaka/plugin-host';
import { aPrincipal } from '@sifaka/testing';
import type { AuthorityReader } from '../listing/authority-reader.js';
import type { AuthorityOptions } from './authority-options.js';
import type { AuthorityRepository } from './authority.repository.js';
import { UpdateAuthority } from './update-authority.js';

const stored = { id: 7, name: 'CA', owner: 'a@corp.test', roleIds: [], userId: 1, pluginSlug: 'x', options: [{ name: 'token', value: 'secret:old' }], certificateId: 1, parentId: null, active: true, description: null };
const input = { id: 7, owner: 'a@corp.test', ownerRoleId: 1, roleIds: [], description: null, active: true, options: '[{"name":"token","value":"new"}]' };

/** An authority whose key vault and database write down in which order they are asked. */
function anUpdate({ meanwhile = stored.options, fault }: { meanwhile?: StoredOption[]; fault?: Error } = {}) {
  const asked: string[] = [];
  const authorities = {
    read: () => Promise.resolve(stored),
    transaction: async (work: (tx: unknown) => Promise<unknown>) => {
      asked.push('begin');
      await work({});
      asked.push('commit');
    },
    lock: () => Promise.resolve({ ...stored, options: meanwhile }),
    change: () => (fault === undefined ? Promise.resolve() : Promise.reject(fault)),
  } as unknown as AuthorityRepository;
  const options = {
    replace: () => Promise.resolve(asked.push('put')).then(() => [{ name: 'token', value: 'secret:new' }]),
    discard: (left: StoredOption[]) => Promise.resolve(void asked.push(`discard ${JSON.stringify(left.map(({ value }) => value))}`)),
  } as unknown as AuthorityOptions;
  const reader = { records: () => Promise.resolve([stored]) } as unknown as AuthorityReader;
  const update = new UpdateAuthority(authorities, options, reader, { now: () => new Date() }, {} as AccessRules);
  return { asked, run: () => update.run(input, { principal: aPrincipal({ admin: true }) } as CallContext) };
}

describe('an authority with new options', () => {
  it('holds no lock while the key vault is asked, and drops the secrets that it no longer has', async () => {
    const { asked, run } = anUpdate();
    await run();
    expect(asked).toEqual(['put', 'begin', 'commit', 'discard ["secret:old"]']);
  });

  it('leaves no secrets behind when it is not stored', async () => {
    const { asked, run } = anUpdate({ fault: new Error('no space') });
    await expect(run()).rejects.toThrow('no space');
    expect(asked).toEqual(['put', 'begin', 'discard ["secret:new"]']);
  });

  it('does not undo what somebody else changed meanwhile', async () => {
    const { asked, run } = anUpdate({ meanwhile: [{ name: 'token', value: 'secret:other' }] });
    await expect(run()).rejects.toMatchObject({ code: 'conflict' });
    expect(asked).toEqual(['put', 'begin', 'discard ["secret:new"]']);
  });
});
