import { describe, expect, it } from '@jest/globals';
import { testPath } from '@sifaka/plugin-sdk/conformance';
import { fingerprintOf, judgeRestored, judgeServed } from './judge-served.js';

const ours = testPath('ECCPRIME256V1');
const theirs = testPath('ECCPRIME256V1');
const [intermediate = Buffer.alloc(0), root = Buffer.alloc(0)] = ours.chainDer;
const served = (chainDer: Buffer[], keyProof: 'proven' | 'refuted' | 'unknown' = 'proven') => ({ chainDer, keyProof });

describe('what a server presents', () => {
  it.each([
    ['the certificate and its chain without the root', [ours.certificateDer, intermediate]],
    ['the root as well', [ours.certificateDer, intermediate, root]],
    ['something besides, in another order', [ours.certificateDer, root, theirs.certificateDer, intermediate]],
  ])('is right with %s', (_what, chain) => {
    expect(judgeServed(served(chain), ours)).toBeNull();
    expect(judgeServed(served(chain, 'unknown'), ours)).toBeNull();
  });

  it.each([
    ['nothing', [], 'no certificate is presented'],
    ['another certificate', [theirs.certificateDer, intermediate], 'another certificate is presented: "www.example.test"'],
    ['the chain first', [intermediate, ours.certificateDer], 'another certificate is presented: "Conformance Issuing"'],
    ['no chain', [ours.certificateDer], 'the chain is not presented: "Conformance Issuing"'],
    ['the root alone', [ours.certificateDer, root], 'the chain is not presented'],
    ['what is no certificate', [Buffer.from('no')], 'something that cannot be read'],
  ])('is wrong with %s', (_what, chain, told) => {
    expect(judgeServed(served(chain), ours)).toContain(told);
  });

  it('is wrong when the server does not have its key', () => {
    expect(judgeServed(served([ours.certificateDer, intermediate], 'refuted'), ours)).toContain('without its private key');
  });

  it('needs no chain where there is none but the root, or the certificate itself', () => {
    expect(judgeServed(served([ours.certificateDer]), { certificateDer: ours.certificateDer, chainDer: [root] })).toBeNull();
    expect(judgeServed(served([root]), { certificateDer: root, chainDer: [root] })).toBeNull();
  });
});

describe('what a server presents after a rollback', () => {
  it('is what it presented before', () => {
    expect(judgeRestored(served([theirs.certificateDer]), fingerprintOf(theirs.certificateDer), ours.certificateDer)).toBeNull();
    expect(judgeRestored(served([ours.certificateDer]), fingerprintOf(theirs.certificateDer), ours.certificateDer)).toContain('what was served before is not served');
  });

  it('is anything but what was to go, where nobody knows what that was', () => {
    expect(judgeRestored(served([theirs.certificateDer]), null, ours.certificateDer)).toBeNull();
    expect(judgeRestored(served([ours.certificateDer]), null, ours.certificateDer)).toContain('is still served');
    expect(judgeRestored(served([]), null, ours.certificateDer)).toBe('no certificate is presented');
  });
});
