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
