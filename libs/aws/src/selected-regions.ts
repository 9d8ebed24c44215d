import type { AwsOptions } from './aws-options.js';
import { enabledRegions, type RegionsSettings } from './aws-regions.js';
import { listOf, type ListOption } from './region-options.js';

/** Regions that `regionOptions` mean, in alphabetical order. @throws AppError as `enabledRegions` where none are named */
export async function selectedRegions(options: AwsOptions & { regions: string; excludedRegions?: ListOption | undefined }, settings: Omit<RegionsSettings, 'options'>): Promise<string[]> {
  const named = listOf(options.regions);
  const excluded = new Set(listOf(options.excludedRegions));
  const regions = named.length > 0 ? named : await enabledRegions({ ...settings, options });
  return regions.filter((region) => !excluded.has(region)).sort();
}
