import type { StoredOption } from '@sifaka/plugin-host';

/** All that the platform itself can say to the plugin of default messages; whatever else that needs comes from the installation's settings. */
export const defaultOptions = (recipients: readonly string[], intervalDays = 1): StoredOption[] => [
  { name: 'interval', value: intervalDays },
  { name: 'unit', value: 'days' },
  { name: 'recipients', value: recipients.join(',') },
];
