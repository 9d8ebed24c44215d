import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Journal } from './journal.js';
import { expandPath, fileStem, pathTemplate } from './path-template.js';
import { endpointsOption, servedAt } from './served-at.js';
import { shownOutput } from './server.js';

describe('paths of files', () => {
  it('never lead out of the folder, whatever a certificate is called', () => {
    const template = fc.constantFrom('{CN}.crt', '{name}/{CN}.key', 'live/{CN}/tls.pem', '{CN}', '{CN}{name}');
    fc.assert(
      fc.property(template, fc.option(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (path, commonName, name) => {
        const at = posix.join('/srv/certs', expandPath(path, { commonName, name }));
        expect(at.startsWith('/srv/certs/')).toBe(true);
        expect(at).toMatch(/^[^\0\n*]+$/);
      }),
    );
  });

  it.each(['/etc/passwd', '../x', 'a/../b', 'a//b', '.hidden', 'a b', '{OU}.pem', '', '{CN', 'a/'])('are not "%s"', (template) => {
    expect(pathTemplate().safeParse(template).success).toBe(false);
  });

  it('call a wildcard by a name that shells leave alone', () => {
    expect(fileStem({ commonName: '*.example.test', name: 'n' })).toBe('_wildcard.example.test');
  });
});

describe('a journal', () => {
  it.each(['../x', '/etc/passwd', 'a/../../b', '', 'a\0b'])('leads to no path such as "%s"', (path) => {
    const journal = (entry: object) => Journal.safeParse({ version: 1, fingerprint: 'f', state: 'placed', entries: [entry] }).success;
    expect(journal({ path: 'a.crt', before: { kept: '.a.crt.before', sha256: 's' }, after: null })).toBe(true);
    expect(journal({ path, before: null, after: null })).toBe(false);
    expect(journal({ path: 'a.crt', before: { kept: path, sha256: 's' }, after: null })).toBe(false);
  });
});

describe('addresses', () => {
  it('are read as they are written', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().map((address) => `[${address}]`));
    fc.assert(
      fc.property(fc.array(fc.tuple(host, fc.integer({ min: 1, max: 65_535 })), { maxLength: 10 }), (all) => {
        const text = all.map(([name, port]) => `${name}:${port}`).join(', ');
        expect(endpointsOption().safeParse(text).success).toBe(true);
        expect(servedAt(text, { commonName: null }).map(({ host: name, port }) => [name, port])).toEqual(all.map(([name, port]) => [name.replace(/^\[(.*)\]$/, '$1'), port]));
      }),
    );
  });
});

describe('what a command printed', () => {
  it('is shown without keys, whole or cut, and without secrets', () => {
    const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\n-----END EC PRIVATE KEY-----';
    expect(shownOutput(`before\n${key}\nafter open sesame\n`, ['open sesame'])).toBe('before; ***; after ***');
    expect(shownOutput(`${'A'.repeat(64)}\nlast`, [])).toBe('***; last');
    expect(shownOutput('-----BEGIN PRIVATE KEY-----\nMHcC', [])).toBe('***');
    expect(shownOutput('red \u001b[31mtext', [])).not.toContain('\u001b');
  });
});
