import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientKey } from './client-key.js';

const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('a key in a file of the platform', () => {
  let folder: string;
  const read = (privateKeyPath: string, keyFolders: string[] = [join(folder, 'keys')]) => clientKey({ privateKeyPath, keyFolders }, randomBytes);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-key-test-'));
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'web'), pem);
    await writeFile(join(folder, 'secret'), 'not for here');
    await symlink(join(folder, 'secret'), join(folder, 'keys', 'way-out'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read where an administrator allows its folder', async () => {
    await expect(read(join(folder, 'keys', 'web'))).resolves.toMatchObject({ text: expect.stringContaining('BEGIN OPENSSH PRIVATE KEY') });
    await expect(clientKey({ privateKeyPath: join(folder, 'keys', 'web') }, randomBytes)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('SIFAKA_SSH_KEY_FOLDERS') });
  });

  it.each(['secret', 'keys/../secret', 'keys/way-out', 'missing', 'keys-not/web'])('is not read from %s', async (path) => {
    await expect(read(join(folder, path))).rejects.toMatchObject({ code: 'failed_precondition', fields: [{ path: 'plugin.pluginOptions.privateKeyPath' }], message: expect.stringContaining('SIFAKA_SSH_KEY_FOLDERS') });
    await expect(read(`${folder}/${path}`)).rejects.toMatchObject({ message: expect.not.stringContaining('not for here') });
  });

  it('that is none is told by its path alone', async () => {
    await writeFile(join(folder, 'keys', 'notes'), 'the password of the safe is 1234');
    await expect(read(join(folder, 'keys', 'notes'))).rejects.toMatchObject({ code: 'failed_precondition', message: expect.not.stringContaining('1234') });
    await expect(read(join(folder, 'keys', 'gone'))).rejects.toMatchObject({ message: expect.stringContaining('there is no file') });
  });
});
