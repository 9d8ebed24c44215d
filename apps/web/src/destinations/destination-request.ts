import type { DestinationView } from '@sifaka/contracts';
import { fieldOfOptioned, type OptionedForm } from '../ui/optioned.js';
import type { pluginInput } from '../ui/plugin-input.js';

export const fieldOf = fieldOfOptioned();

export const requestOf = ({ label, description }: OptionedForm, plugin: ReturnType<typeof pluginInput>) => ({ label: label.trim(), description, plugin });

export const formOf = ({ label, description, plugin }: Pick<DestinationView, 'label' | 'description' | 'plugin'>): OptionedForm => ({
  label,
  description: description ?? '',
  slug: plugin.slug,
});

/** What the form asks for beyond the options of the plugin. */
export const words = {
  description: 'Which servers, whose account, what reads the files',
  plugin: 'How certificates get there',
};
