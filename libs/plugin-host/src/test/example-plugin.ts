import { definePlugin, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const seen = { made: [] as unknown[], closed: 0 };

/** A DNS plugin with an option of every sort; `check` throws what `fault` says. */
export function examplePlugin(fault?: () => Error | Promise<never>) {
  return definePlugin({
    kind: 'dns',
    slug: 'example-dns',
    title: 'Example',
    description: 'An example',
    version: '1.0.0',
    options: z.object({
      url: z.url().describe('Address').meta({ setting: 'EXAMPLE_URL' }),
      key: secret().min(3).optional().describe('Key').meta({ setting: 'LEMUR_EXAMPLE_KEY' }),
      retries: z.int().max(10).default(3).describe('Retries').meta({ setting: 'EXAMPLE_RETRIES' }),
      profiles: z.record(z.string(), z.string()).optional().describe('Profiles').meta({ setting: 'EXAMPLE_PROFILES', type: 'textarea' }),
      zone: z.string().optional().describe('Zone'),
    }),
    create: (options) => {
      seen.made.push(options);
      return {
        zones: async () => [],
        addTxt: async () => undefined,
        removeTxt: async () => undefined,
        check: async () => {
          const error = await fault?.();
          if (error !== undefined) throw error;
        },
        close: async () => void (seen.closed += 1),
      };
    },
  });
}
