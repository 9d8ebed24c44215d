import { describe, expect, it } from '@jest/globals';
import { definePlugin, type Issuer, type IssuerContext } from '@sifaka/plugin-sdk';
import { issuerChecks } from '@sifaka/plugin-sdk/conformance';
import { CryptographyIssuer } from '../src/cryptography-issuer.js';
import { CryptographyOptions } from '../src/options.js';
import { anAuthority } from './an-authority.js';

type Spoil = (issue: Issuer['createCertificate'], context: IssuerContext) => Issuer['createCertificate'];

const day = 86_400_000;

/** The issuer with one of its duties broken. */
const spoiled = (spoil: Spoil) =>
  definePlugin({
    kind: 'issuer',
    slug: 'spoiled-issuer',
    title: 'Spoiled',
    description: 'Breaks one duty',
    version: '1.0.0',
    options: CryptographyOptions,
    create: (_options, context): Issuer => {
      const issuer = new CryptographyIssuer(context);
      return { createAuthority: (request) => issuer.createAuthority(request), createCertificate: spoil((request) => issuer.createCertificate(request), context) };
    },
  });

async function failing(spoil: Spoil): Promise<string[]> {
  const subject = { plugin: spoiled(spoil), options: [], prepare: async (issuer: Issuer) => anAuthority(issuer, { name: 'Issuing', parent: await anAuthority(issuer, { name: 'Root' }) }) };
  const failed: string[] = [];
  for (const { title, run } of issuerChecks) {
    try {
      await run(subject);
    } catch {
      failed.push(title);
    }
  }
  return failed;
}

describe('the suite of issuers', () => {
  it('passes when nothing is broken', async () => {
    expect(await failing((issue) => issue)).toEqual([]);
  });

  it.each<[string, Spoil, RegExp]>([
    ['a chain without its root', (issue) => async (request) => ({ ...(await issue(request)), chainDer: [request.authority.certificateDer] }) as never, /complete chain/],
    ['other dates', (issue) => (request) => issue({ ...request, notAfter: new Date(request.notAfter.getTime() - day) }), /dates to the second/],
    ['other names', (issue) => (request) => issue({ ...request, extensions: { ...request.extensions, subjectAltNames: [] } }), /what was asked for/],
    ['one serial number for all', (issue, context) => (request) => ((context.random = (length) => new Uint8Array(length).fill(7)), issue(request)), /serial number of its own/],
    ['a fault that is no AppError', (issue) => (request) => issue(request).catch(() => Promise.reject(new Error('oops'))), /refuses what it cannot do/],
  ])('fails for %s', async (_what, spoil, title) => {
    expect(await failing(spoil)).toEqual(expect.arrayContaining([expect.stringMatching(title)]));
  });
});
