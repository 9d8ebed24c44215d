import { describe, expect, it } from '@jest/globals';
import { aCsr, fakeIssuer, publicKeyOfCsr } from '../test/order/fake-issuer.js';
import { chooseChain } from './choose-chain.js';

const root = fakeIssuer('Root X');
const crossed = fakeIssuer('Root Y');
const spki = publicKeyOfCsr(aCsr(['a.test']));
const leaf = root.sign({ commonName: 'a.test', spki });
const cross = crossed.sign({ commonName: 'Root X', spki: root.certificate.spki, isCa: true });
const short = [leaf, root.certificate.der];
const long = [leaf, root.certificate.der, cross];

describe('the chain of a certificate', () => {
  it('is the default one without a wish, and when no chain fulfils the wish', () => {
    expect(chooseChain([short, long], null, false)).toBe(short);
    expect(chooseChain([short, long], 'Root Z', false)).toBe(short);
  });

  it('is the first with a certificate of or from the wanted name', () => {
    expect(chooseChain([short, long], 'Root Y', false)).toBe(long);
    expect(chooseChain([long, short], 'Root X', false)).toBe(long);
  });

  it('ends before its last certificate when that is wanted, but keeps one issuer', () => {
    expect(chooseChain([long], null, true)).toEqual(short);
    expect(chooseChain([short], null, true)).toEqual(short);
  });
});
