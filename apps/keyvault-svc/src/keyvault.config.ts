import { availableParallelism } from 'node:os';
import { defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { z } from 'zod';
import { MasterKeyTexts } from './master-key/parse-master-keys.js';

export const keyvaultConfig = defineConfig('keyvault', {
  masterKeys: setting(MasterKeyTexts, {
    env: ['SIFAKA_MASTER_KEYS', 'SIFAKA_MASTER_KEY', 'LEMUR_ENCRYPTION_KEYS'],
    describe:
      'Master keys that wrap every stored key and secret: 32 random bytes each, as hex, base64 or base64url, separated by commas, blanks or line ends. The first writes, all read. `SIFAKA_MASTER_KEY_FILE` names a file that holds them.',
    secret: true,
  }),
  // One core stays with the event loop; four threads is all that the pool of Node has.
  rsaConcurrency: setting(
    z
      .int()
      .min(1)
      .max(3)
      .default(Math.min(3, Math.max(1, availableParallelism() - 1))),
    {
      env: 'SIFAKA_RSA_CONCURRENCY',
      describe:
        'RSA keys that are generated at the same time, each on a thread of its own; by default one less than there are cores, at most 3.',
    },
  ),
  rsaReserve: setting(z.int().min(0).max(100).default(0), {
    env: 'SIFAKA_RSA_RESERVE',
    describe: 'RSA-2048 keys made ahead while nothing else is asked for, kept in memory alone; 0 makes none.',
  }),
  signingKeyLifeMs: setting(z.int().min(1_000).max(86_400_000).default(600_000), {
    env: 'SIFAKA_SIGNING_KEY_LIFE_MS',
    describe: 'How long a decrypted signing key stays in memory after it was loaded, in milliseconds.',
  }),
});

export type KeyvaultConfig = ConfigOf<typeof keyvaultConfig>;
