import type { PluginOption } from '@sifaka/contracts';
import { Facts } from './facts.js';
import { shownValue, titleOf } from './plugin-input.js';

/** How a plugin is set up, without what is secret. */
export const OptionFacts = ({ title, options }: { title: string; options: readonly PluginOption[] }) => (
  <Facts facts={[['Plugin', title], ...options.map((option) => [titleOf(option.name), shownValue(option)] as const)]} />
);
