import { describe, expect, it } from '@jest/globals';
import { callAws, isAwsFault } from './call-aws.js';

const refusal = (name: string, status: number) => Object.assign(new Error('because'), { name, $metadata: { httpStatusCode: status } });

describe('callAws', () => {
  it('gives up when it is told to, though the call goes on', async () => {
    const controller = new AbortController();
    const call = callAws('wait', controller.signal, () => new Promise(() => undefined));
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'unavailable' });
    await expect(callAws('begin', controller.signal, () => Promise.resolve(1))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['NoSuchEntityException', 404, 'failed_precondition'],
    ['Throttling', 400, 'rate_limited'],
    ['AccessDenied', 403, 'permission_denied'],
    ['InternalFailure', 500, 'upstream_failed'],
  ])('tells %s by its name', async (name, status, code) => {
    const fault: unknown = await callAws('read it', new AbortController().signal, () => Promise.reject(refusal(name, status))).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code, message: `AWS would not read it: ${name}: because` });
    expect([isAwsFault(fault, 'Other', name), isAwsFault(fault, 'Other'), isAwsFault(new Error(name), name)]).toEqual([true, false, false]);
  });
});
