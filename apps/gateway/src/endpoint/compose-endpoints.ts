import { Inject, Injectable } from '@nestjs/common';
import { NestedCertificate, type CertificateRecord, type EndpointRecord, type EndpointView } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { CertificateRecords } from '../certificate/certificate-records.js';
import type { GatewayConfig } from '../gateway.config.js';
import { endpointIssues } from './endpoint-issues.js';

/** Puts certificates into endpoints, and says what is wrong with them: one query for any number of endpoints. */
@Injectable()
export class ComposeEndpoints {
  constructor(
    private readonly certificates: CertificateRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  async views(records: readonly EndpointRecord[]): Promise<EndpointView[]> {
    const known = await this.certificates.find([...new Set(records.flatMap(idsOf))]);
    return records.map((record) => this.compose(record, known));
  }

  async view(record: EndpointRecord): Promise<EndpointView> {
    return this.compose(record, await this.certificates.find(idsOf(record)));
  }

  private compose(record: EndpointRecord, known: ReadonlyMap<number, CertificateRecord>): EndpointView {
    const { certificateId, certificates, expectedCertificateId, sourceLabel, ...endpoint } = record;
    const presented = certificates.flatMap(({ certificateId: id, isDefault }) => {
      const certificate = known.get(id);
      return certificate === undefined ? [] : [{ certificate, isDefault }];
    });
    const facts = { certificates: presented.map(({ certificate }) => certificate), now: this.clock.now(), expiringDays: this.config.endpointExpiryDays };
    return {
      ...endpoint,
      ...(sourceLabel !== null && { sourceLabel }),
      issues: endpointIssues(record, facts),
      certificate: nested(certificateId, known),
      certificates: presented.map(({ certificate, isDefault }) => ({ ...nestedCertificate(certificate), isDefault })),
      expectedCertificate: nested(expectedCertificateId, known),
    };
  }
}

const idsOf = ({ certificateId, certificates, expectedCertificateId }: EndpointRecord): number[] =>
  [certificateId, expectedCertificateId, ...certificates.map((presented) => presented.certificateId)].flatMap((id) => id ?? []);

const nested = (id: number | null, known: ReadonlyMap<number, CertificateRecord>): NestedCertificate | null => {
  const certificate = id === null ? undefined : known.get(id);
  return certificate === undefined ? null : nestedCertificate(certificate);
};

const nestedCertificate = (record: CertificateRecord): NestedCertificate => NestedCertificate.parse({ ...record, issuer: {} });
