import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../containers/test/peer.js';
import { aKey } from '../test/builders.js';
import { encodeKrl, parseKrl } from './krl.js';
import { parseSshCertificate, verifySshCertificate } from './ssh-certificate.js';
import { toOpensshPrivateKey } from './ssh-private-key.js';
import { parseSshKeyLine, sshFingerprint, sshPublicKey, sshPublicKeyLine } from './ssh-public-key.js';
import { anSshCertificate, sshTypes } from './test/ssh-builders.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sifaka-ssh-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  return path;
};
const keygen = (...args: string[]): string => execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
const line = (blob: Buffer, comment = ''): string => `${sshPublicKeyLine(blob, comment)}\n`;

describeWith('ssh-keygen')('ssh-keygen', () => {
  it.each(sshTypes)('reads the private key of type %s, and finds the public key in it', (type) => {
    const { privateKey, spki } = aKey(type);
    const path = file(`key-${type}`, toOpensshPrivateKey(privateKey, 'web 01', randomBytes(4)));
    expect(keygen('-y', '-f', path).trim()).toBe(sshPublicKeyLine(sshPublicKey(spki), 'web 01'));
    expect(keygen('-l', '-f', path)).toContain(sshFingerprint(sshPublicKey(spki)));
    // Rewrites the file, for which every number in it has to be right.
    keygen('-p', '-N', 'correct horse', '-f', path);
    expect(keygen('-y', '-P', 'correct horse', '-f', path)).toContain(sshPublicKey(spki).toString('base64'));
  });

  it.each(sshTypes.flatMap((type) => sshTypes.map((issuer) => [type, issuer] as const)))('shows a certificate for a key of type %s by an authority of type %s', (type, issuerType) => {
    const issuer = aKey(issuerType);
    const blob = anSshCertificate({
      key: aKey(type),
      issuer,
      principals: ['rivera', 'deploy'],
      criticalOptions: { forceCommand: 'uptime -p', sourceAddress: ['192.0.2.0/24', '2001:db8::1'], verifyRequired: true },
      extensions: ['permit-pty', 'permit-X11-forwarding'],
    });
    const shown = keygen('-L', '-f', file('cert.pub', line(blob)));
    const family = issuerType === 'ED25519' ? 'ED25519' : issuerType === 'RSA2048' ? 'RSA' : 'ECDSA';
    expect(shown).toContain(`Signing CA: ${family} ${sshFingerprint(sshPublicKey(issuer.spki))}`);
    expect(shown).toMatch(/user certificate\n/);
    expect(shown).toContain('Key ID: "rivera payments@corp.test"');
    expect(shown).toContain('Serial: 4711');
    expect(shown).toMatch(/Principals: \n\s+rivera\n\s+deploy\n/);
    expect(shown).toMatch(/force-command uptime -p\n\s+source-address 192\.0\.2\.0\/24,2001:db8::1\n\s+verify-required\n/);
    expect(shown).toMatch(/Extensions: \n\s+permit-X11-forwarding\n\s+permit-pty\n/);
    if (issuerType === 'RSA2048') expect(shown).toContain('using rsa-sha2-512');
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('makes certificates of type %s that are read and verified here', (type) => {
    const [authority, user] = [join(folder, `ca-${type}`), join(folder, `user-${type}`)];
    for (const path of [authority, user]) keygen('-q', '-t', type, '-N', '', '-f', path);
    keygen('-q', '-s', authority, '-I', 'id of it', '-n', 'rivera,root', '-z', '18446744073709551615', '-V', '20260301080000Z:20270301080000Z', '-O', 'force-command=ls', '-O', 'source-address=192.0.2.0/24', `${user}.pub`);
    const certificate = parseSshCertificate(parseSshKeyLine(readFileSync(`${user}-cert.pub`, 'utf8')).blob);
    expect(certificate).toMatchObject({
      kind: 'user',
      keyId: 'id of it',
      principals: ['rivera', 'root'],
      serial: (1n << 64n) - 1n,
      notBefore: new Date('2026-03-01T08:00:00Z'),
      notAfter: new Date('2027-03-01T08:00:00Z'),
      criticalOptions: { forceCommand: 'ls', sourceAddress: ['192.0.2.0/24'] },
    });
    expect(verifySshCertificate(certificate)).toBe(true);
    expect(sshPublicKeyLine(certificate.issuerKey)).toBe(readFileSync(`${authority}.pub`, 'utf8').split(' ').slice(0, 2).join(' '));
    keygen('-q', '-s', authority, '-h', '-I', 'host', '-n', 'a.example', `${user}.pub`);
    expect(parseSshCertificate(parseSshKeyLine(readFileSync(`${user}-cert.pub`, 'utf8')).blob)).toMatchObject({ kind: 'host', notBefore: null, notAfter: null });
  });

  it('finds revoked what the list names, by serial in a row, close by and alone, by key id and by key, and nothing else', () => {
    const issuer = aKey('ED25519');
    const [key, revokedKey] = [aKey('ED25519'), aKey('ED25519')];
    const serials = [5n, 6n, 7n, 8n, 100n, 102n, 104n, 109n, 111n, 1n << 60n, (1n << 64n) - 1n];
    const certificates = [{ issuerKey: sshPublicKey(issuer.spki), serials, keyIds: ['lost laptop'] }];
    const krl = file('krl', encodeKrl({ version: 3n, generatedAt: new Date('2026-03-01T08:00:00Z'), comment: 'Corp SSH', certificates, keys: [sshPublicKey(revokedKey.spki)] }));
    const verdict = (blob: Buffer): string => {
      const path = file('asked.pub', line(blob));
      try {
        return keygen('-Q', '-f', krl, path).includes('REVOKED') ? 'revoked' : 'ok';
      } catch (error) {
        return (error as { stdout: string }).stdout.includes('REVOKED') ? 'revoked' : String(error);
      }
    };
    for (const serial of serials) expect([serial, verdict(anSshCertificate({ key, issuer, serial }))]).toEqual([serial, 'revoked']);
    for (const serial of [4n, 9n, 99n, 101n, 103n, 110n, 112n, (1n << 64n) - 2n]) expect([serial, verdict(anSshCertificate({ key, issuer, serial }))]).toEqual([serial, 'ok']);
    expect(verdict(anSshCertificate({ key, issuer: aKey('ED25519'), serial: 5n }))).toBe('ok');
    expect(verdict(anSshCertificate({ key, issuer, serial: 50n, keyId: 'lost laptop' }))).toBe('revoked');
    expect(verdict(anSshCertificate({ key: revokedKey, issuer, serial: 50n }))).toBe('revoked');
    expect(verdict(sshPublicKey(revokedKey.spki))).toBe('revoked');
    expect(verdict(sshPublicKey(key.spki))).toBe('ok');
    expect(keygen('-Q', '-l', '-f', krl)).toContain('# KRL version 3');
  });

  it('writes lists that are read here', () => {
    keygen('-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ca-krl'));
    const spec = file('spec', 'serial: 1-40\nserial: 44\nserial: 46\nserial: 48\nserial: 50\nserial: 9000\nid: someone\n');
    keygen('-q', '-k', '-f', join(folder, 'written.krl'), '-z', '12', '-s', join(folder, 'ca-krl.pub'), spec);
    const read = parseKrl(readFileSync(join(folder, 'written.krl')));
    expect(read.version).toBe(12n);
    expect(read.certificates[0]?.serials).toEqual([...Array.from({ length: 40 }, (_, index) => BigInt(index + 1)), 44n, 46n, 48n, 50n, 9_000n]);
    expect(read.certificates[0]?.keyIds).toEqual(['someone']);
  });
});
