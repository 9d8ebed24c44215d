import { X509Certificate } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { someCa } from '../test/some-ca.js';
import { judgePresented, trustOf } from './judge-chain.js';

const ca = someCa('Judged');
const other = someCa('Other');
const now = new Date('2026-11-22T12:00:00Z');
const trust = trustOf([new X509Certificate(ca.rootDer)]);
const leaf = ca.leaf({ names: ['www.corp.test', '*.shop.corp.test'] });
const namesOf = (parts: Partial<Parameters<typeof judgePresented>[0]>, trusted = trust) => judgePresented({ certificateDer: leaf, chainDer: [], names: ['www.corp.test'], ...parts }, trusted, now).map(({ name }) => name);

describe('what an endpoint presents', () => {
  it('is trusted when it leads to an anchor, with or without that being sent', () => {
    expect(namesOf({})).toEqual([]);
    expect(namesOf({ chainDer: [ca.rootDer] })).toEqual([]);
  });

  it('is not trusted when it leads to nobody, or to somebody of the same name', () => {
    expect(namesOf({}, trustOf([]))).toEqual(['untrusted chain']);
    expect(namesOf({ chainDer: [ca.rootDer] }, trustOf([new X509Certificate(other.rootDer)]))).toEqual(['untrusted chain']);
    expect(namesOf({}, trustOf([new X509Certificate(someCa('Judged').rootDer)]))).toEqual(['untrusted chain']);
    expect(namesOf({ certificateDer: ca.rootDer, names: [] }, trustOf([]))).toEqual(['untrusted chain']);
  });

  it('is trusted when one of several ways leads to an anchor, in whatever order they are sent', () => {
    const [old, young] = [someCa('Old'), someCa('Young')];
    const [expired, foreign, good] = [old.crossSigned(ca.rootDer, new Date('2026-01-01')), other.crossSigned(ca.rootDer), young.crossSigned(ca.rootDer)];
    const trusted = trustOf([new X509Certificate(young.rootDer)]);
    expect(namesOf({ chainDer: [expired, foreign, good] }, trusted)).toEqual([]);
    expect(namesOf({ chainDer: [good, foreign, expired] }, trusted)).toEqual([]);
    expect(namesOf({ chainDer: [expired, foreign] }, trusted)).toEqual(['untrusted chain']);
    // Two that certify each other lead nowhere, and to an end.
    expect(namesOf({ chainDer: [other.crossSigned(ca.rootDer), ca.crossSigned(other.rootDer)] }, trusted)).toEqual(['untrusted chain']);
  });

  it('is told to lack what expired, where nothing else is wrong', () => {
    const old = someCa('Old');
    const [issue] = judgePresented({ certificateDer: leaf, chainDer: [old.crossSigned(ca.rootDer, new Date('2026-01-01'))], names: [] }, trustOf([new X509Certificate(old.rootDer)]), now);
    expect(issue?.value).toMatch(/Judged Root.* expired on 2026-01-01/);
  });

  it('is for the names that it is asked by, any of them, and an address alone asks for none', () => {
    expect(namesOf({ names: ['eu.shop.corp.test'] })).toEqual([]);
    expect(namesOf({ names: ['elb.cloud.test', 'www.corp.test'] })).toEqual([]);
    expect(namesOf({ names: ['mail.corp.test'] })).toEqual(['wrong host name']);
    expect(namesOf({ names: [] })).toEqual([]);
  });

  it('costs no more than so much, and less the second time', () => {
    const verify = jest.spyOn(X509Certificate.prototype, 'verify');
    // As many of the issuer's name, each with another key; the last one would be it.
    const chainDer = [...Array.from({ length: 60 }, () => someCa('Judged').rootDer), ca.rootDer];
    expect(namesOf({ chainDer }, trustOf([]))).toEqual(['untrusted chain']);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(24);
    verify.mockClear();
    expect(namesOf({ chainDer: chainDer.slice(0, 20) }, trustOf([]))).toEqual(['untrusted chain']);
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
  });

  it('is not judged when it cannot be read', () => {
    expect(namesOf({ certificateDer: Buffer.from('nothing') })).toEqual([]);
    expect(namesOf({ chainDer: [Buffer.from('nothing')] })).toEqual([]);
  });
});
