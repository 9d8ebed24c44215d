import { z } from 'zod';

const host = z.string().max(253).regex(/^[A-Za-z0-9._:-]+$/, { error: 'must be a host name or an address' });

export const AtlasOptions = z.object({
  sidecar_host: host.default('localhost').describe('Host of the Atlas sidecar').meta({ setting: 'ATLAS_SIDECAR_HOST' }),
  sidecar_port: z.int().min(1).max(65_535).default(8_078).describe('Port of the Atlas sidecar').meta({ setting: 'ATLAS_SIDECAR_PORT' }),
});
export type AtlasOptions = z.output<typeof AtlasOptions>;
