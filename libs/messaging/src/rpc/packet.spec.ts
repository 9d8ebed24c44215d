import { describe, expect, it } from '@jest/globals';
import { AppError, errorCodes } from '@sifaka/kernel';
import fc from 'fast-check';
import { decodeReply, decodeRequest, encodeError, encodeRequest, encodeResponse } from './packet.js';

describe('a packet', () => {
  it('brings a request and its answer across unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (data, id) => {
        const plain: unknown = JSON.parse(JSON.stringify(data));
        expect(decodeRequest(encodeRequest('rpc.x', data, id))).toEqual({ data: plain, id });
        expect(decodeReply(encodeResponse(data, id))).toEqual(plain);
      }),
    );
  });

  it('brings every error across with its code, words and fields', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...errorCodes),
        fc.string(),
        fc.array(fc.record({ path: fc.string(), message: fc.string() })),
        (code, detail, fields) => {
          const error = new AppError(code, detail, { fields, reason: 'a.b', retryAfterMs: 5 });
          expect(faultOf(() => decodeReply(encodeError(error.toData(), '1')))).toEqual(error.toData());
        },
      ),
    );
  });

  it('that is no request is refused as such, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        expect(() => decodeRequest(`${text}]`)).toThrow(expect.objectContaining({ code: 'invalid_argument' })),
      ),
    );
  });

  it('with a fault in a form we do not know is an internal error that keeps the form for the log', () => {
    expect(() => decodeReply('{"err":{"status":"error","message":"Internal server error"}}')).toThrow(
      expect.objectContaining({ code: 'internal', message: 'internal error' }),
    );
    expect(() => decodeReply('gibberish')).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('without a value is the answer undefined', () => {
    expect(decodeReply(encodeResponse(undefined, '1'))).toBeUndefined();
  });
});

function faultOf(act: () => unknown) {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.toData() : error;
  }
}
