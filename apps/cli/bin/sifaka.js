#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// A file of its own, because npm links commands before anything is built.
if (!existsSync(join(import.meta.dirname, '../dist/main.js'))) {
  process.stderr.write('sifaka: not built yet: run "npm run build" in the checkout\n');
  process.exit(1);
}
await import('../dist/main.js');
