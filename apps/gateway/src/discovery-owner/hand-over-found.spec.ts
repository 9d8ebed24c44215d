import { describe, expect, it } from '@jest/globals';
import { changeCertificateOwner, getCertificate, type certificateOwnerProposed, type EventDataOf } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { HandOverFound } from './hand-over-found.js';

type Proposed = EventDataOf<typeof certificateOwnerProposed>;

const proposed = (parts: Partial<Proposed>): Proposed => ({ id: 5, owner: 'platform@corp.test', sourceId: 7, proposedOwner: 'team@corp.test', ...parts });

/** An inventory with one certificate, and what was asked of it. */
function aWorld(owner: string | null) {
  const asked: unknown[] = [];
  const rpc = {
    call(contract: unknown, input: unknown) {
      if (contract === getCertificate) return owner === null ? Promise.reject(new AppError('not_found', 'gone')) : Promise.resolve({ owner });
      if (contract !== changeCertificateOwner) throw new Error('nobody expected this call');
      asked.push(input);
      return Promise.resolve({});
    },
  };
  const roles: string[] = [];
  const ownerRole = {
    during(name: string, _principal: unknown, work: (id: number) => Promise<unknown>) {
      roles.push(name);
      return work(40);
    },
  };
  return { asked, roles, hearing: new HandOverFound(rpc as never, ownerRole as never) };
}

describe('a certificate that was found', () => {
  it('goes to the owner that its place names, whose role is made ready', async () => {
    const world = aWorld('platform@corp.test');
    await world.hearing.proposed(proposed({ proposedOwner: 'Team@corp.test' }));
    expect(world.roles).toEqual(['team@corp.test']);
    expect(world.asked).toEqual([{ id: 5, owner: 'team@corp.test', ownerRoleId: 40 }]);
  });

  it.each([
    ['a name that is no e-mail address', { proposedOwner: 'team web' }],
    ['a role of the platform', { proposedOwner: 'admin' }],
    ['the owner that it has', { proposedOwner: 'platform@corp.test' }],
  ])('stays where it is when its place names %s', async (_what, parts) => {
    const world = aWorld('platform@corp.test');
    await world.hearing.proposed(proposed(parts));
    expect([world.roles, world.asked]).toEqual([[], []]);
  });

  it.each([['was handed on meanwhile', 'else@corp.test'], ['is there no more', null]])('is left alone when it %s', async (_what, owner) => {
    const world = aWorld(owner);
    await world.hearing.proposed(proposed({}));
    expect([world.roles, world.asked]).toEqual([[], []]);
  });
});
