import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describeWithPeers, runSsh, startSshd, type Sshd, type SshResult } from '@sifaka/peers';
import { encodeKrl, parseSshCertificate, sshPublicKey, sshPublicKeyLine, toOpensshPrivateKey, type SshCertificate } from '@sifaka/pki';
import { parsePluginOptions, type Issuer, type IssuerAuthority, type SshTerms } from '@sifaka/plugin-sdk';
import { testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { admin, authorityRequest, sshRequest, type Asked } from './an-ssh-authority.js';

const hourMs = 3_600_000;
const now = new Date();
const at = (hours: number): Date => new Date(now.getTime() + hours * hourMs);
const hostName = 'shell.corp.test';

interface Holder {
  privateKey: string;
  certificate: SshCertificate;
  line: string;
}

async function authorityOf(issuer: Issuer, keyType: string): Promise<IssuerAuthority> {
  const outcome = await issuer.createAuthority?.(authorityRequest({ keyType }));
  if (outcome === undefined) throw new Error('the issuer makes no authorities');
  const { certificateDer, chainDer, keyId } = outcome;
  return { id: 1, name: 'Corp SSH', version: '1', certificateDer, chainDer, keyId, keyType, options: {}, validity: { notBefore: at(-48), notAfter: at(24_000) } };
}

const keys = {
  ED25519: () => generateKeyPairSync('ed25519'),
  ECCPRIME256V1: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  ECCSECP384R1: () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
  ECCSECP521R1: () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }),
  RSA2048: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
};
type KeyType = keyof typeof keys;
const keyTypes: KeyType[] = ['ED25519', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'RSA2048'];

async function certified(issuer: Issuer, authority: IssuerAuthority, keyType: KeyType, asked: Asked): Promise<Holder> {
  const { privateKey } = keys[keyType]();
  const subjectPublicKeyDer = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const outcome = await issuer.createCertificate({ ...sshRequest(authority, { notBefore: now, notAfter: at(24), requester: admin, ...asked }), subjectPublicKeyDer });
  if (outcome.status !== 'issued') throw new Error(outcome.status);
  const certificate = parseSshCertificate(outcome.certificateDer);
  return { privateKey: toOpensshPrivateKey(privateKey, 'test', randomBytes(4)), certificate, line: sshPublicKeyLine(outcome.certificateDer, certificate.keyId) };
}

describeWithPeers(['sshd'], 'sshd and ssh', () => {
  const issuer = plugin.create(parsePluginOptions(plugin, []), testContext({ now }));
  let authority: IssuerAuthority;
  let host: Holder;
  let sshd: Sshd;

  beforeAll(async () => {
    authority = await authorityOf(issuer, 'ED25519');
    host = await certified(issuer, authority, 'ED25519', { ssh: { kind: 'host', principals: [hostName, '127.0.0.1'] } });
    sshd = await startSshd({
      trustedUserCaKeys: sshPublicKeyLine(authority.certificateDer),
      hostKey: host.privateKey,
      hostCertificate: host.line,
      authorizedPrincipals: ['rivera', 'deploy'],
    });
  }, 30_000);
  afterAll(() => sshd.stop());

  const user = (ssh: Partial<SshTerms> = {}, asked: Asked = {}, keyType: KeyType = 'ED25519') => certified(issuer, authority, keyType, { ...asked, ssh: { principals: ['rivera'], ...ssh } });
  const logIn = ({ privateKey, line }: Pick<Holder, 'privateKey' | 'line'>, options: { hostAlias?: string; knownHosts?: string; options?: string[]; port?: number } = {}): Promise<SshResult> =>
    runSsh({
      port: sshd.port,
      user: sshd.user,
      privateKey,
      certificate: line,
      knownHosts: `@cert-authority *.corp.test ${sshPublicKeyLine(authority.certificateDer)}`,
      hostAlias: hostName,
      ...options,
    }, 'echo in');

  it.each(keyTypes)('let a user with a key of type %s in, and log the key id', async (keyType) => {
    const holder = await user({}, {}, keyType);
    expect(await logIn(holder)).toMatchObject({ code: 0, stdout: 'in\n' });
    expect(sshd.log()).toContain(`ID ${holder.certificate.keyId} (serial ${holder.certificate.serial})`);
  });

  it.each(keyTypes)('take users and hosts certified by an authority of type %s', async (keyType) => {
    const other = await authorityOf(issuer, keyType);
    const otherHost = await certified(issuer, other, keyType, { ssh: { kind: 'host', principals: [hostName] } });
    const server = await startSshd({ trustedUserCaKeys: sshPublicKeyLine(other.certificateDer), hostKey: otherHost.privateKey, hostCertificate: otherHost.line, authorizedPrincipals: ['rivera'] });
    try {
      const holder = await certified(issuer, other, 'ED25519', { ssh: { principals: ['rivera'] } });
      expect(await logIn(holder, { port: server.port, knownHosts: `@cert-authority ${hostName} ${sshPublicKeyLine(other.certificateDer)}` })).toMatchObject({ code: 0, stdout: 'in\n' });
      expect(await logIn(await user(), { port: server.port, knownHosts: `@cert-authority ${hostName} ${sshPublicKeyLine(other.certificateDer)}` })).toMatchObject({ code: 255 });
    } finally {
      await server.stop();
    }
  });

  it('refuse a principal that the server does not know, and one of another user', async () => {
    expect(await logIn(await user({ principals: ['somebody'] }))).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    expect(await logIn(await user({ principals: ['somebody', 'deploy'] }))).toMatchObject({ code: 0 });
  });

  it('refuse what has expired, and what is not valid yet', async () => {
    const dates = (from: number, to: number): Asked => ({ notBefore: at(from), notAfter: at(to), ssh: { isValidityAsked: true } });
    for (const [from, to] of [[-24, -1], [1, 2]] as const) {
      const holder = await certified(issuer, authority, 'ED25519', { ...dates(from, to), ssh: { principals: ['rivera'], isValidityAsked: true } });
      expect(await logIn(holder)).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    }
    expect(sshd.log()).toMatch(/Certificate invalid: expired[\s\S]*Certificate invalid: not yet valid/);
  });

  it('refuse what the revocation list names, by serial or by key, and nothing else', async () => {
    const [kept, lost, stolen] = [await user(), await user(), await user()];
    for (const holder of [kept, lost, stolen]) expect(await logIn(holder)).toMatchObject({ code: 0 });
    const krl = { version: 2n, generatedAt: now, comment: 'Corp SSH', certificates: [{ issuerKey: authority.certificateDer, serials: [lost.certificate.serial], keyIds: [] }], keys: [sshPublicKey(stolen.certificate.spki)] };
    await sshd.setRevokedKeys(encodeKrl(krl));
    try {
      expect(await logIn(kept)).toMatchObject({ code: 0 });
      for (const holder of [lost, stolen]) expect(await logIn(holder)).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    } finally {
      await sshd.setRevokedKeys('');
    }
  });

  it('honour the source address', async () => {
    expect(await logIn(await user({ criticalOptions: { sourceAddress: ['127.0.0.0/8'] } }))).toMatchObject({ code: 0 });
    expect(await logIn(await user({ criticalOptions: { sourceAddress: ['192.0.2.0/24', '2001:db8::/32'] } }))).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
  });

  it('run the forced command in place of what is asked for', async () => {
    expect(await logIn(await user({ criticalOptions: { forceCommand: 'echo forced: $SSH_ORIGINAL_COMMAND' } }))).toMatchObject({ code: 0, stdout: 'forced: echo in\n' });
  });

  it('believe the host by its certificate without asking, under each of its names and no other', async () => {
    const holder = await user();
    const knownHosts = `@cert-authority * ${sshPublicKeyLine(authority.certificateDer)}`;
    expect(await logIn(holder, { knownHosts })).toMatchObject({ code: 0 });
    expect(await logIn(holder, { knownHosts, hostAlias: '127.0.0.1' })).toMatchObject({ code: 0 });
    expect(await logIn(holder, { knownHosts, hostAlias: 'other.corp.test' })).toMatchObject({ code: 255, stderr: expect.stringMatching(/name is not a listed principal|No ED25519.* host key is known/) });
    const foreign = await authorityOf(issuer, 'ED25519');
    expect(await logIn(holder, { knownHosts: `@cert-authority * ${sshPublicKeyLine(foreign.certificateDer)}` })).toMatchObject({ code: 255, stderr: expect.stringContaining('Host key verification failed') });
  });
});
