import { describe, expect, it } from '@jest/globals';
import { AppError, errorCodes } from '@sifaka/kernel';
import { reasonsOf, refusalOf } from './refusal.js';

describe('refusalOf', () => {
  it('gives every code a status that tells who has to act', () => {
    const statuses = Object.fromEntries(errorCodes.map((code) => [code, refusalOf(new AppError(code, 'x'), null).status]));
    expect(statuses).toEqual({
      invalid_argument: 400,
      unauthenticated: 401,
      permission_denied: 403,
      not_found: 404,
      already_exists: 409,
      conflict: 409,
      failed_precondition: 400,
      rate_limited: 429,
      upstream_failed: 502,
      upstream_timeout: 504,
      unavailable: 503,
      internal: 500,
    });
  });

  it('keeps the words of a bug to itself and gives the trace id', () => {
    const { body } = refusalOf(new AppError('internal', 'relation "issuer.certificate" does not exist'), 'abc');
    expect(JSON.stringify(body)).not.toContain('relation');
    expect(body.traceId).toBe('abc');
  });

  it('says what old clients read from another key there too', () => {
    expect(refusalOf(new AppError('not_found', 'nothing here', { reason: 'http.no_route' }), null).body).toMatchObject({ message: 'nothing here', error: 'nothing here' });
    expect(refusalOf(new AppError('not_found', 'no user 5'), null).body).not.toHaveProperty('error');
  });

  it('says when to come back', () => {
    expect(refusalOf(new AppError('rate_limited', 'slow down', { retryAfterMs: 1_200 }), null).headers).toEqual({ 'retry-after': '2' });
  });

  it.each([
    ['certificate.already_deleted', 412],
    ['authority.publishes_nothing', 412],
    ['crl.cannot_publish', 412],
    ['certificate.deletion_disabled', 405],
    ['http.unsupported_media_type', 415],
  ])('answers %s with %d', (reason, status) => {
    expect(refusalOf(new AppError('failed_precondition', 'x', { reason }), null).status).toBe(status);
  });
});

describe('reasonsOf', () => {
  it('mirrors the request and keeps the first message of a field', () => {
    expect(
      reasonsOf([
        { path: 'commonName', message: 'first' },
        { path: 'commonName', message: 'second' },
        { path: 'extensions.subAltNames.names.0.value', message: 'bad' },
      ]),
    ).toEqual({ commonName: 'first', extensions: { subAltNames: { names: { 0: { value: 'bad' } } } } });
  });

  it('shows rules over several fields alone', () => {
    expect(
      reasonsOf([
        { path: 'owner', message: 'bad' },
        { path: 'Schema.validity', message: 'start before end' },
      ]),
    ).toEqual({ Schema: { validity: ['start before end'] } });
  });
});
