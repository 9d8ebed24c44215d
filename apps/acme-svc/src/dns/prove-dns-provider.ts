import { Injectable } from '@nestjs/common';
import type { DnsProvider, Plugin } from '@sifaka/plugin-sdk';
import { DnsPlugins, optionsPath } from './dns-plugins.js';
import { setupFault } from './plugin-fault.js';
import { listZones } from './refresh-zones.js';
import { mergeOptions, secretNames, type StoredOption } from './stored-options.js';
import { withinTime } from './time-limit.js';

type GivenOption = { name: string; value?: unknown };

export interface ProvenOptions {
  /** As given, secrets still in the open. */
  options: StoredOption[];
  secretNames: ReadonlySet<string>;
  zones: string[];
}

/** The answer must be there before the one who asked has gone. */
const checkLimitMs = 12_000;

/** Tries the options of a DNS provider at the other side before they are kept. */
@Injectable()
export class ProveDnsProvider {
  constructor(private readonly plugins: DnsPlugins) {}

  /**
   * @throws AppError `invalid_argument` with a field for what is wrong with type or options; `failed_precondition`, `upstream_failed` or
   *   `upstream_timeout` with the words of the other side
   */
  newProvider(type: string, given: readonly GivenOption[]): Promise<ProvenOptions> {
    return this.run(this.plugins.offeredPlugin(type), given, []);
  }

  /** @param stored kept where a secret is left alone */
  async run(plugin: Plugin<'dns'>, given: readonly GivenOption[], stored: readonly StoredOption[]): Promise<ProvenOptions> {
    const secret = secretNames(plugin);
    const options = mergeOptions(given, stored, secret, optionsPath);
    const instance = await this.plugins.make(plugin, options);
    try {
      return { options, secretNames: secret, zones: await zonesOf(instance) };
    } catch (error) {
      throw setupFault(error);
    } finally {
      await instance.close?.();
    }
  }
}

async function zonesOf(instance: DnsProvider): Promise<string[]> {
  if (instance.check !== undefined) await withinTime(instance.check(), 'the connection check', checkLimitMs);
  return withinTime(listZones(instance), 'listing the zones', checkLimitMs);
}
