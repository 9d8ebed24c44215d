import { matching } from '@sifaka/plugin-sdk';
import { checkLogin, kvOptions } from '@sifaka/vault';
import { z } from 'zod';

export const VaultSourceOptions = z
  .object({
    ...kvOptions,
    vaultPath: matching('[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*$').describe('Path of the secret below the engine'),
    objectName: matching('[A-Za-z0-9.:_~-]+$').describe('Name of the secret at that path'),
  })
  .superRefine(checkLogin);
export type VaultSourceOptions = z.output<typeof VaultSourceOptions>;
