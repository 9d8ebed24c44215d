import { expect, it } from '@jest/globals';
import { RunTaskInput } from '@sifaka/contracts';
import { emptyRun, fieldsOf, missingOf, requestOf } from './run-request.js';

it('knows what a task takes, and that a job of a service takes nothing', () => {
  expect(fieldsOf('clean_source')).toEqual({ takes: ['label', 'dryRun'], requires: ['label'] });
  expect(fieldsOf('issuer.housekeeping')).toEqual({ takes: [], requires: [] });
});

it('asks for what the task takes and nothing else', () => {
  const form = { ...emptyRun, region: ' eu-west-1 ', label: 'edge', id: '4' };
  expect(requestOf(form, ['region', 'dryRun'])).toEqual({ region: 'eu-west-1', dryRun: true });
  expect(requestOf({ ...form, region: '' }, ['region'])).toEqual({});
  expect(RunTaskInput.parse(requestOf(form, ['id']))).toEqual({ id: 4 });
});

it('says what is missing', () => {
  expect(missingOf({ ...emptyRun, label: ' ' }, ['label'])).toEqual({ label: 'Is needed' });
  expect(missingOf({ ...emptyRun, label: 'edge' }, ['label'])).toEqual({});
});
