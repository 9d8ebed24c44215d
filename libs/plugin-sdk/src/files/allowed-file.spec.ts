import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readAllowedFile } from './allowed-file.js';

describe('a file that an option names', () => {
  let folder: string;
  const read = (path: string, folders = [join(folder, 'open')]) => readAllowedFile('tokenFile', path, { folders, setting: 'SIFAKA_TEST_FOLDERS', maxBytes: 100 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-files-'));
    await mkdir(join(folder, 'open', 'below'), { recursive: true });
    await writeFile(join(folder, 'open', 'below', 'token'), 'a token\n');
    await writeFile(join(folder, 'secret'), 'not for here');
    await writeFile(join(folder, 'open', 'long'), 'x'.repeat(101));
    await symlink(join(folder, 'secret'), join(folder, 'open', 'way-out'));
    await symlink(join(folder, 'open'), join(folder, 'linked'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read where an administrator allows its folder, also when that is a link', async () => {
    await expect(read(join(folder, 'open', 'below', 'token'))).resolves.toBe('a token\n');
    await expect(read(join(folder, 'linked', 'below', 'token'), [join(folder, 'linked')])).resolves.toBe('a token\n');
    await expect(read(join(folder, 'open', 'gone'))).resolves.toBeNull();
  });

  it.each(['secret', 'open', 'open/../secret', 'open/way-out', 'missing', 'open-not/x'])('is not read from %s', async (path) => {
    await expect(read(`${folder}/${path}`)).rejects.toMatchObject({
      code: 'failed_precondition',
      fields: [{ path: 'plugin.pluginOptions.tokenFile' }],
      message: expect.stringMatching(/is in no folder that SIFAKA_TEST_FOLDERS of this installation allows$/),
    });
  });

  it('is small, and a file', async () => {
    for (const path of ['open/long', 'open/below']) await expect(read(join(folder, path))).rejects.toThrow(/is no file of at most 100 bytes/);
  });
});
