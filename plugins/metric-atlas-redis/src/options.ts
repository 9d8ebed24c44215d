import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const host = z.string().max(253).regex(/^[A-Za-z0-9._:-]+$/, { error: 'must be a host name or an address' });

export const AtlasRedisOptions = z.object({
  redis_host: host.default('localhost').describe('Host of the Redis server').meta({ setting: 'ATLAS_REDIS_HOST' }),
  redis_port: z.int().min(1).max(65_535).default(28_527).describe('Port of the Redis server').meta({ setting: 'ATLAS_REDIS_PORT' }),
  redis_password: secret().min(1).optional().describe('Password, where the Redis server asks for one').meta({ setting: 'ATLAS_REDIS_PASSWORD' }),
});
export type AtlasRedisOptions = z.output<typeof AtlasRedisOptions>;
