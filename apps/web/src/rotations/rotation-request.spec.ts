import { expect, it } from '@jest/globals';
import { RotateInput, rotateDueOperation } from '@sifaka/contracts';
import { certificateRequest, dueRequest, emptyForm, fieldOf } from './rotation-request.js';

it('leaves the replacement to the platform unless one was chosen', () => {
  expect(certificateRequest(emptyForm, true)).toEqual({ removeOld: false, verify: true, dryRun: true });
  expect(RotateInput.parse(certificateRequest({ ...emptyForm, certificate: '7' }, false))).toMatchObject({ certificate: { id: 7 }, dryRun: false });
});

it('asks for all that is due, or for a part of it', () => {
  expect(dueRequest(emptyForm, true)).toEqual({ removeOld: false, verify: true, dryRun: true });
  expect(rotateDueOperation.body?.parse(dueRequest({ ...emptyForm, region: ' eu-west-1 ', source: '3' }, true))).toMatchObject({ region: 'eu-west-1', sourceId: 3 });
});

it('finds the input of a refused path', () => {
  expect(fieldOf('certificate._schema')).toBe('certificate');
  expect(fieldOf('sourceId')).toBe('source');
});
