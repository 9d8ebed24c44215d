import { expect, it } from '@jest/globals';
import { areSameIds, formOf, refsOf, replacementFor, replacementOf } from './certificate-edit.js';

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

it('replaces only for what has no operation of its own, and says a policy only where it is another one', () => {
  const certificate = { owner: 'a@corp.test', description: null, notify: true, rotation: true, roles: [], notifications: [], replaces: [], destinations: [], rotationPolicy: { id: 3, days: 10 } };
  const form = formOf(certificate);
  expect(form).toEqual({ owner: 'a@corp.test', description: '', destinations: [], notifications: [], rotationPolicy: '3' });
  expect(replacementFor(certificate, { ...form, owner: 'b@corp.test', description: 'new' })).toBeNull();
  expect(replacementFor(certificate, { ...form, destinations: ['7'] })).not.toHaveProperty('rotationPolicy');
  expect(replacementFor(certificate, { ...form, rotationPolicy: '4' })).toMatchObject({ owner: 'a@corp.test', notify: true, rotation: true, rotationPolicy: { id: 4 } });
  expect(replacementFor(certificate, { ...form, rotationPolicy: null })).toMatchObject({ rotationPolicy: null });
  expect(formOf({ ...certificate, rotationPolicy: null }).rotationPolicy).toBeNull();
});
