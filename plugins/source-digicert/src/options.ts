import { digicertAccessOptions } from '@sifaka/ca-clients';
import { z } from 'zod';

export const DigicertSourceOptions = z.object({
  ...digicertAccessOptions,
  enabled: z.boolean().default(false).describe('Look for certificates at all').meta({ setting: 'DIGICERT_SOURCE_ENABLED' }),
});
export type DigicertSourceOptions = z.output<typeof DigicertSourceOptions>;
