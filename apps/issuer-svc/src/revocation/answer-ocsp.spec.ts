import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { encodeOcspRequest, ocspCertId, parseOcspResponse, type CertificateFacts } from '@sifaka/pki';
import type { IssuerConfig } from '../issuer.config.js';
import { AnswerOcsp } from './answer-ocsp.js';
import type { OcspRepository, SerialState } from './ocsp.repository.js';
import type { PublishingAuthority } from './publication.js';
import type { PublishingAuthorities } from './publishing-authorities.js';
import type { SignOcsp } from './sign-ocsp.js';

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));
const spki = Buffer.concat([Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'), Buffer.alloc(64, 7)]);
const facts = { subjectDer: Buffer.from('3000', 'hex'), spki } as unknown as CertificateFacts;
const known: SerialState = { version: 1, revokedAt: clock.now(), reason: 'superseded', der: null, isSigned: true };

/** A responder that signed nothing yet, of an authority that knows every serial number it is asked about. */
function aResponder(ocspSignaturesPerSecond: number) {
  const signed: bigint[] = [];
  const authorities = { bySlug: () => Promise.resolve({ id: 1, name: 'CA', slug: 'CA', facts } as PublishingAuthority) } as unknown as PublishingAuthorities;
  const repository = { stored: () => Promise.resolve(null), stateOf: () => Promise.resolve(known) } as unknown as OcspRepository;
  const signing = {
    keep: (_authority: PublishingAuthority, { serial }: { serial: bigint }) => {
      signed.push(serial);
      return Promise.resolve({ response: Buffer.from('3000', 'hex'), thisUpdate: clock.now(), nextUpdate: new Date(clock.now().getTime() + 3_600_000), version: 1, hasUnknown: false });
    },
  } as unknown as SignOcsp;
  const responder = new AnswerOcsp(authorities, repository, signing, clock, { ocspSignaturesPerSecond } as IssuerConfig);
  const ask = async (serial: number) => Buffer.from((await responder.run({ slug: 'CA', request: encodeOcspRequest({ certIds: [ocspCertId(facts, BigInt(serial))] }).toString('base64') })).response, 'base64');
  return { signed, ask };
}

describe('the first answers about certificates that are known', () => {
  it('are signed ten times as fast as what is signed for one asker alone, and no faster', async () => {
    const { signed, ask } = aResponder(1);
    const answers = await Promise.all(Array.from({ length: 500 }, (_none, index) => ask(index + 1)));
    expect(signed.length).toBeGreaterThanOrEqual(10);
    expect(signed.length).toBeLessThan(500);
    const put = answers.filter((answer) => answer.length > 2);
    expect(put).toHaveLength(500 - signed.length);
    expect(put.every((answer) => parseOcspResponse(answer).status === 'tryLater')).toBe(true);
  });

  it('are one for all who ask at the same time', async () => {
    const { signed, ask } = aResponder(1);
    await Promise.all(Array.from({ length: 500 }, () => ask(1)));
    expect(signed).toEqual([1n]);
  });
});
