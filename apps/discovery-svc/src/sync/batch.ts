import { ingestCount } from '@sifaka/contracts';
import type { Finding, FoundEndpoint, SourceFault } from '@sifaka/plugin-sdk';
import { bytesOf, candidateOf, type Candidate } from './found-certificate.js';

/** An endpoint whose certificates are candidates where they were seen. */
export interface FoundAt {
  endpoint: FoundEndpoint;
  /** Beside `endpoint.certificates`; null: known by name alone. */
  candidates: (Candidate | null)[];
}

/** Findings that are taken over together. */
export class Batch {
  readonly certificates: Candidate[] = [];
  readonly endpoints: FoundAt[] = [];
  readonly faults: SourceFault[] = [];
  /** All of it was handed over before this word of the plugin. */
  cursor: string | null = null;
  private candidates = 0;
  private bytes = 0;
  private readonly startedAt = performance.now();

  get isEmpty(): boolean {
    return this.candidates === 0 && this.endpoints.length === 0 && this.faults.length === 0 && this.cursor === null;
  }

  /** @param maxMore candidates that the next finding may bring */
  isFullFor(maxMore: number): boolean {
    return this.candidates + maxMore > ingestCount || this.bytes >= maxBytes || this.endpoints.length + this.faults.length >= maxOthers;
  }

  /** What is slow in coming is not kept waiting, and what is cut off does not lose much. */
  get isWorthKeeping(): boolean {
    return this.candidates + this.endpoints.length >= worthKeeping || performance.now() - this.startedAt >= longestMs;
  }

  add(finding: Finding): void {
    // What is added behind a checkpoint would be handed over once more after it: only a batch that ends there has it.
    this.cursor = null;
    if (finding.kind === 'certificate') this.certificates.push(this.counted(candidateOf(finding.certificate)));
    else if (finding.kind === 'endpoint') this.addEndpoint(finding.endpoint);
    else if (finding.kind === 'fault') this.faults.push(finding.fault);
    else this.cursor = finding.cursor;
  }

  private addEndpoint(endpoint: FoundEndpoint): void {
    const candidates = endpoint.certificates.map(({ name, externalId, certificateDer, chainDer }) =>
      certificateDer === null ? null : this.counted(candidateOf({ certificateDer, chainDer, name, externalId, owner: null, description: null })),
    );
    this.endpoints.push({ endpoint, candidates });
  }

  private counted(candidate: Candidate): Candidate {
    this.candidates += 1;
    this.bytes += bytesOf(candidate);
    return candidate;
  }
}

/** How many certificates a finding brings. */
export const candidatesIn = (finding: Finding): number =>
  finding.kind === 'certificate' ? 1 : finding.kind === 'endpoint' ? Math.min(ingestCount, finding.endpoint.certificates.length) : 0;

/** A message of the bus holds 8 MiB, base64 a third more than bytes. */
const maxBytes = 2_500_000;
const maxOthers = 500;
const worthKeeping = 200;
const longestMs = 2_000;
