import { expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { optionErrors, optionPaths } from './form-refusal.js';

const options = [{ name: 'url' }, { name: 'api_key' }];
const refusal = new AppError('invalid_argument', 'refused', {
  fields: [
    { path: 'plugin.pluginOptions.url', message: 'Invalid URL' },
    { path: 'plugin.pluginOptions.zones.0', message: 'unknown option' },
    { path: 'name', message: 'is required' },
  ],
});

it('finds the refused options of a plugin', () => {
  expect(optionErrors(refusal, options, 'plugin.pluginOptions')).toEqual({ url: 'Invalid URL' });
});

it('leaves to the form what is no option that it shows', () => {
  expect(optionPaths(refusal, options, 'plugin.pluginOptions')).toEqual(['plugin.pluginOptions.url']);
  expect(optionPaths(null, options, 'plugin.pluginOptions')).toEqual([]);
});

it('finds the refused options of an export plugin below the option that names it', () => {
  const nested = new AppError('invalid_argument', 'refused', { fields: [{ path: 'plugin.pluginOptions.exportPlugin.pluginOptions.passphrase', message: 'too short' }] });
  const errors = optionErrors(nested, [{ name: 'exportPlugin' }], 'plugin.pluginOptions');
  expect(errors).toEqual({ exportPlugin: 'too short', 'exportPlugin.pluginOptions.passphrase': 'too short' });
});
