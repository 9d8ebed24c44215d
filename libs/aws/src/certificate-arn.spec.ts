import { describe, expect, it } from '@jest/globals';
import { parseCertificateArn, storeOf } from './certificate-arn.js';
import { listOf } from './region-options.js';

describe('the ARN of a certificate', () => {
  it.each([
    ['arn:aws:iam::123456789012:server-certificate/web', 'aws:iam:123456789012:/', 'web'],
    ['arn:aws:iam::123456789012:server-certificate/cloudfront/web', 'aws:iam:123456789012:/cloudfront/', 'web'],
    ['arn:aws-cn:iam::123456789012:server-certificate/a/b/web@x', 'aws:iam:123456789012:/a/b/', 'web@x'],
    ['arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012', 'aws:acm:123456789012:eu-west-1', undefined],
  ])('%s tells its store', (arn, store, name) => {
    const parsed = parseCertificateArn(arn);
    expect(parsed).not.toBeNull();
    expect(parsed === null ? null : storeOf(parsed)).toBe(store);
    expect(parsed?.registry === 'iam' ? parsed.name : undefined).toBe(name);
  });

  it.each([null, undefined, '', 'Invalid-Certificate', 'None', "{'CertificateArn': 'arn:aws:iam::123456789012:server-certificate/web'}", 'arn:aws:iam::123456789012:role/web', 'arn:aws:acm:eu-west-1:123456789012:certificate/'])('is not %s', (text) => {
    expect(parseCertificateArn(text)).toBeNull();
  });
});

describe('a list option', () => {
  it.each([
    [undefined, []],
    ['', []],
    [' a , b,a,', ['a', 'b']],
    ['["a", "b,c"]', ['a', 'b,c']],
    ['[not json', ['[not json']],
    ['{"team": "x", "env": "y"}', ['team', 'env']],
    [{ team: 'x' }, ['team']],
    [
      ['a', ' b '],
      ['a', 'b'],
    ],
  ])('%j is %j', (value, items) => {
    expect(listOf(value)).toEqual(items);
  });
});
