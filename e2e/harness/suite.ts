import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { findProgram } from './peers.js';
import { Platform, type PlatformOptions } from './platform.js';

/** One platform for the whole suite, started before its first test and disposed after its last. */
export function usePlatform(options: PlatformOptions = {}): () => Platform {
  let platform: Platform | null = null;
  beforeAll(async () => {
    platform = await Platform.start(options);
  });
  afterAll(async () => {
    await platform?.dispose();
  });
  return () => {
    if (platform === null) throw new Error('the platform of this suite did not start');
    return platform;
  };
}

/** A suite that needs programs which nobody here wrote: without one of them a named skip, or a failure with SIFAKA_TEST_REQUIRE_PEERS=1. */
export function describeWithPeers(programs: readonly string[], title: string, suite: () => void): void {
  const missing = programs.filter((name) => findProgram(name) === null);
  if (missing.length === 0) {
    describe(title, suite);
    return;
  }
  const named = `${title} (needs ${missing.join(', ')})`;
  if (process.env.SIFAKA_TEST_REQUIRE_PEERS === '1') {
    it(named, () => {
      throw new Error(`not installed: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(named, () => {
      it('needs what is not installed', () => undefined);
    });
  }
}
