import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { repositoryRoot } from '../harness/index.js';

const Healthcheck = z.strictObject({
  test: z.array(z.string()).optional(),
  disable: z.boolean().optional(),
  interval: z.string().optional(),
  timeout: z.string().optional(),
  retries: z.int().optional(),
  start_period: z.string().optional(),
  start_interval: z.string().optional(),
});

const Service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  restart: z.string(),
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z.string(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) })).optional(),
  healthcheck: Healthcheck,
});

/** The part of the Compose Specification that the file uses: anything else in it is a typing mistake. */
const ComposeFile = z
  .object({
    name: z.string(),
    services: z.record(z.string(), Service),
    networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
    volumes: z.record(z.string(), z.strictObject({})),
  })
  .catchall(z.unknown())
  .refine((file) => Object.keys(file).every((key) => key.startsWith('x-') || ['name', 'services', 'networks', 'volumes'].includes(key)));

export type ComposeService = z.output<typeof Service>;

/** docker-compose.yml, checked and with its YAML merges resolved. */
export function readCompose(): z.output<typeof ComposeFile> {
  return ComposeFile.parse(parse(readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8'), { merge: true }));
}
