import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const region = '[a-z]{2}(?:-[a-z]+)+-\\d';

/** A list as text with commas between, as JSON, or as the configuration file has it. */
export const listOption = () => z.union([z.string().max(4_096), z.array(z.string().max(256)).max(500)]).meta({ type: 'str' });
export type ListOption = string | string[];

/** Options of sources that look at several regions. */
export const regionOptions = {
  regions: matching(`\\s*(?:${region}\\s*(?:,\\s*${region}\\s*)*,?\\s*)?$`).default('').describe('Regions with commas between; blank means all that the account has switched on'),
  excludedRegions: listOption().optional().describe('Regions that are never looked at').meta({ setting: 'LEMUR_EXCLUDED_REGIONS' }),
};

/** The items of a list option, trimmed, each once. */
export function listOf(value: ListOption | undefined): string[] {
  if (value === undefined) return [];
  const items = typeof value === 'string' ? (jsonList(value) ?? value.split(',')) : value;
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))];
}

function jsonList(text: string): string[] | null {
  if (!text.trim().startsWith('[')) return null;
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}
