import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameTypes, updateAuthority, type AuthorityRecord } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import fc from 'fast-check';
import { admin, anAuthority, anIssuer, issue, upload } from './an-issuer.js';

let platform: TestPlatform;
let root: AuthorityRecord;

beforeAll(async () => {
  platform = await anIssuer();
  root = await anAuthority(platform);
});
afterAll(() => platform.stop());

/** Never our fault, whatever the input: `internal` and `unavailable` become a 5xx. */
const blameless = ['invalid_argument', 'failed_precondition', 'already_exists', 'conflict'];

async function isAnswered(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    return blameless.includes(String(Reflect.get(Object(error), 'code')));
  }
}

const text = (maxLength: number) =>
  fc.oneof(fc.string({ unit: 'binary', maxLength }), fc.string({ maxLength }), fc.constantFrom('\0', '\ud800', '%', '*', '*.x', 'ｅ.test', "'; drop table certificate; --", '../../x', ' ', '\u202e'));

describe('hostile input', () => {
  it('of any text in a request is answered with a certificate or a refusal', async () => {
    const parts = fc.record({
      commonName: text(20),
      organization: text(20),
      country: text(2),
      description: text(30),
      name: fc.option(text(300)),
      owner: text(30),
      extensions: fc.record({ subAltNames: fc.record({ names: fc.array(fc.record({ nameType: fc.oneof(fc.constantFrom(...nameTypes), text(8)), value: text(40) }), { maxLength: 4 }) }) }),
    });
    await fc.assert(
      fc.asyncProperty(parts, async (asked) => expect(await isAnswered(issue(platform, root, asked))).toBe(true)),
      { numRuns: 150 },
    );
  });

  it('of extensions beyond what they name is answered with a certificate or a refusal', async () => {
    const number = fc.oneof(fc.constantFrom('1.2.3', '2.5.29.17', '1.3.6.1.5.5.7.1.24', '9.9.9', '1.2.99999999999999999999'), text(20));
    const extensions = fc.record(
      {
        custom: fc.array(fc.record({ oid: number, encoding: fc.constantFrom('b64asn1', 'string', 'ia5string', 'IA5String', 'x'), value: fc.oneof(text(30), fc.base64String({ maxLength: 40 })), isCritical: fc.boolean() }), { maxLength: 3 }),
        extendedKeyUsage: fc.dictionary(fc.oneof(fc.constant('useServerAuthentication'), text(10)), fc.boolean(), { maxKeys: 3 }),
        crlDistributionPoints: fc.record({ includeCrlDp: text(30) }),
        certificatePolicies: fc.record({ policies: fc.array(fc.record({ oid: number }), { maxLength: 2 }) }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(extensions, async (asked) => expect(await isAnswered(issue(platform, root, { extensions: asked }))).toBe(true)),
      { numRuns: 100 },
    );
  });

  it('of certificates that were tampered with is answered', async () => {
    const { body } = await issue(platform, root);
    const der = Buffer.from(body.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: der.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(der);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const pem = `-----BEGIN CERTIFICATE-----\n${damaged.toString('base64')}\n-----END CERTIFICATE-----`;
        expect(await isAnswered(upload(platform, { body: pem, name: 'damaged' }))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it.each(['', 'x', '{}', '[1]', '[{"name": 1}]', '[{"name": "unknown", "value": 1}]', '[{"name": "cab_compliant", "value": "secret:00000000-0000-4000-8000-000000000000"}]'])(
    'as options "%s" of an authority is refused',
    async (options) => {
      const update = { id: root.id, owner: root.owner, ownerRoleId: 10, description: null, active: true, roleIds: [], options };
      await expect(platform.call('gateway', updateAuthority, update, { principal: admin })).rejects.toMatchObject({ code: 'invalid_argument' });
    },
  );

  it('leaves options readable that are what they should be', async () => {
    const update = { id: root.id, owner: root.owner, ownerRoleId: 10, description: null, active: true, roleIds: [], options: '[{"name": "cab_compliant", "value": false}]' };
    const changed = await platform.call('gateway', updateAuthority, update, { principal: admin });
    expect(changed).toMatchObject({ options: '[{"name":"cab_compliant","value":false}]', isCabCompliant: false });
  });
});
