import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuthorityRecord } from '@sifaka/contracts';
import { anAuthority, dns } from './an-issuer.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
let authority: AuthorityRecord;
beforeAll(async () => {
  world = await aRenewalWorld();
  authority = await anAuthority(world.platform);
});
afterAll(() => world.stop());
afterEach(() => world.at(0));

describe('a certificate with rotation on', () => {
  it('is renewed in its window, not before, by the hour', async () => {
    const certificate = await world.issue(authority, 160 * hour, { extensions: dns('www.corp.test'), name: 'shop', roleIds: [7], description: 'the shop' });
    await world.tick();
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'planned', reason: 'rotation policy "default": 30 days before its end, but not before half of its life is over', isLate: false });
    world.at(79 * hour);
    await world.tick();
    expect(await world.successors(certificate.id)).toEqual([]);
    world.at(80 * hour + 17 * hour);
    await world.tick();
    const [id = 0] = await world.successors(certificate.id);
    expect(await world.certificate(id)).toMatchObject({
      name: 'shop-2',
      cn: 'shop.corp.test',
      owner: 'payments@corp.test',
      description: `Reissued by Lemur for cert ID ${certificate.id}, the shop`,
      notify: true,
      rotation: true,
      roleIds: certificate.roleIds,
      userId: 1,
      keyType: certificate.keyType,
      hasPrivateKey: true,
      extensions: { subAltNames: certificate.extensions.subAltNames },
      replaces: [{ id: certificate.id, notify: false }],
    });
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'renewed', reason: '"shop-2" took its place', successorId: id });
  });
});
