import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const region = '[a-z]{2}(?:-[a-z]+)+-\\d';

/** A list as text with commas between, as JSON, or as the configuration file has it; of a map (how some write down tags) the keys count. */
export const listOption = () => z.union([z.string().max(4_096), z.array(z.string().max(256)).max(500), z.record(z.string().max(256), z.unknown())]).meta({ type: 'str' });
export type ListOption = string | string[] | Record<string, unknown>;

/** Options of sources that look at several regions. */
export const regionOptions = {
  regions: matching(`\\s*(?:${region}\\s*(?:,\\s*${region}\\s*)*,?\\s*)?$`).default('').describe('Regions with commas between; blank means all that the account has switched on'),
  excludedRegions: listOption().optional().describe('Regions that are never looked at').meta({ setting: 'LEMUR_EXCLUDED_REGIONS' }),
};

/** The items of a list option, trimmed, each once. */
export function listOf(value: ListOption | undefined): string[] {
  const items = itemsOf(value ?? []);
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))];
}

function itemsOf(value: ListOption): string[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object') return Object.keys(value);
  const read = /^\s*[[{]/.test(value) ? fromJson(value) : null;
  return read === null ? value.split(',') : itemsOf(read);
}

function fromJson(text: string): string[] | Record<string, unknown> | null {
  try {
    return z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).parse(JSON.parse(text));
  } catch {
    return null;
  }
}
