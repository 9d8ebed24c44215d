import { describe, expect, it } from '@jest/globals';
import type { IssuerPlugins } from '../plugins/issuer-plugins.js';
import type { AuthorityRepository } from './authority.repository.js';
import { AuthorityOptions } from './authority-options.js';

const ref = (digit: number) => `secret:00000000-0000-4000-8000-00000000000${digit}`;

describe('secrets of options that go', () => {
  it('are deleted unless an authority still refers to them', async () => {
    const deleted: string[][] = [];
    const issuers = { deleteSecrets: (refs: string[]) => Promise.resolve(void deleted.push(refs)) } as unknown as IssuerPlugins;
    const authorities = { unreferredAmong: (refs: string[]) => Promise.resolve(refs.filter((other) => other !== ref(2))) } as unknown as AuthorityRepository;
    const options = [1, 2].map((digit) => ({ name: `o${digit}`, value: ref(digit) }));
    await new AuthorityOptions(issuers, authorities).discard([...options, { name: 'plain', value: 'text' }]);
    expect(deleted).toEqual([[ref(1)]]);
  });
});
