import { expect, it } from '@jest/globals';
import { areSameIds, refsOf, replacementOf } from './certificate-edit.js';

it('sees whether other destinations were chosen, in whatever order', () => {
  expect(areSameIds([{ id: 1 }, { id: 2 }], ['2', '1'])).toBe(true);
  expect(areSameIds([{ id: 1 }], ['2'])).toBe(false);
  expect(areSameIds([{ id: 1 }], [])).toBe(false);
});

it('sends back what the form does not show', () => {
  const roles = [{ id: 4, name: 'ops', description: null }];
  expect(replacementOf({ notify: true, rotation: false, roles, notifications: [], replaces: [] })).toEqual({
    notify: true,
    rotation: false,
    roles: [{ id: 4 }],
    notifications: [],
    replaces: [],
  });
  expect(refsOf(['7'])).toEqual([{ id: 7 }]);
});
