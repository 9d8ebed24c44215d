import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const name = z.string().min(1).max(128);

export const InfluxOptions = z
  .object({
    url: z
      .url({ protocol: /^https?$/ })
      .default('http://localhost:8086')
      .describe('Address of InfluxDB')
      .meta({ setting: 'INFLUXDB_URL' }),
    database: name.optional().describe('Database of InfluxDB 1; `sifaka` where neither a database nor a bucket is given').meta({ setting: 'INFLUXDB_DATABASE' }),
    retention_policy: name.optional().describe('Retention policy of InfluxDB 1; by default the default one').meta({ setting: 'INFLUXDB_RETENTION_POLICY' }),
    username: name.optional().describe('User of InfluxDB 1, who may write to the database').meta({ setting: 'INFLUXDB_USERNAME' }),
    password: secret().min(1).optional().describe('Password of the user').meta({ setting: 'INFLUXDB_PASSWORD' }),
    org: name.optional().describe('Organization of InfluxDB 2, by name or id').meta({ setting: 'INFLUXDB_ORG' }),
    bucket: name.optional().describe('Bucket of InfluxDB 2 or 3; makes the plugin speak the API of version 2').meta({ setting: 'INFLUXDB_BUCKET' }),
    token: secret().min(1).optional().describe('API token of InfluxDB 2 or 3, which may write to the bucket').meta({ setting: 'INFLUXDB_TOKEN' }),
    ca_bundle: longText().optional().describe('Certificates of a private CA that InfluxDB is trusted by, PEM').meta({ setting: 'INFLUXDB_CA_BUNDLE' }),
    verify_tls: z.boolean().default(true).describe('Verify the TLS certificate of InfluxDB').meta({ setting: 'INFLUXDB_VERIFY_TLS' }),
  })
  .refine(({ database, bucket }) => database === undefined || bucket === undefined, { error: 'give a database (InfluxDB 1) or a bucket (InfluxDB 2), not both', path: ['bucket'] })
  .refine(({ bucket, token }) => bucket === undefined || token !== undefined, { error: 'a bucket needs a token', path: ['token'] });
export type InfluxOptions = z.output<typeof InfluxOptions>;
