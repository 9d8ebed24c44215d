import { describe, expect, it } from '@jest/globals';
import type { Finding } from '@sifaka/plugin-sdk';
import { checkpoint, foundCertificate, foundEndpoint } from '../test/memory-source.js';
import { Batch } from './batch.js';

const certificate = (bytes = 100): Finding => foundCertificate(Buffer.alloc(bytes, 1));

const batchOf = (findings: Finding[]): Batch => {
  const batch = new Batch();
  for (const finding of findings) batch.add(finding);
  return batch;
};

describe('a batch of findings', () => {
  it('holds what a message of the bus holds, by number and by size', () => {
    expect(batchOf(Array.from({ length: 500 }, () => certificate())).isFullFor(0)).toBe(false);
    expect(batchOf(Array.from({ length: 500 }, () => certificate())).isFullFor(1)).toBe(true);
    expect(batchOf(Array.from({ length: 25 }, () => certificate(100_000))).isFullFor(1)).toBe(true);
    expect(batchOf(Array.from({ length: 500 }, () => foundEndpoint())).isFullFor(0)).toBe(true);
  });

  it('ends at a checkpoint only while nothing comes after that', () => {
    expect(batchOf([certificate(), checkpoint('a'), checkpoint('b')]).cursor).toBe('b');
    expect(batchOf([certificate(), checkpoint('a'), certificate()]).cursor).toBeNull();
    expect(batchOf([]).isEmpty).toBe(true);
    expect(batchOf([checkpoint('a')]).isEmpty).toBe(false);
  });

  it('counts the certificates that endpoints present', () => {
    const presented = { name: null, externalId: null, certificateDer: Buffer.alloc(10, 2), chainDer: [], isDefault: true };
    expect(batchOf([foundEndpoint({ certificates: Array.from({ length: 400 }, () => presented) })]).isFullFor(101)).toBe(true);
  });
});
