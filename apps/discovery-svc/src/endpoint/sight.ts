import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { EndpointIssue } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { EndpointIdentities } from './endpoint-identities.js';
import type { EndpointRow, PresentedCertificate } from './endpoint-row.js';
import { judgePresented } from './judge-chain.js';
import { LookAtEndpoint, type Look } from './look-at-endpoint.js';
import type { OfferedPolicy } from './policy.repository.js';
import { SeenBySource } from './seen-by-source.js';
import { TrustAnchors } from './trust-anchors.js';

/** What was seen of an endpoint. */
export interface Seen {
  certificates: PresentedCertificate[];
  policy: OfferedPolicy | null;
  issues: EndpointIssue[];
}

/** How endpoints are looked at. */
@Injectable()
export class Sight {
  constructor(
    private readonly network: LookAtEndpoint,
    private readonly sources: SeenBySource,
    private readonly identities: EndpointIdentities,
    private readonly trust: TrustAnchors,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The source where it can tell, else by TLS. @throws AppError when it cannot be seen */
  async of(row: EndpointRow, signal?: AbortSignal): Promise<Seen> {
    const reported = await this.sources.of(row);
    // What it presents beside that is found with the next run.
    if (reported !== undefined) return { policy: reported.policy, certificates: reported.unknown.length > 0 ? row.certificates : reported.certificates, issues: row.issues };
    return this.overNetwork(row, await this.network.look(row, signal));
  }

  private async overNetwork(row: EndpointRow, { presented, policy }: Look): Promise<Seen> {
    const [leaf, ...chainDer] = presented.chainDer;
    if (leaf === undefined) return { certificates: [], policy, issues: [] };
    const names = row.server_name === null ? [row.dnsname, ...row.aliases].filter((name) => isIP(name) === 0) : [row.server_name];
    const issues = judgePresented({ certificateDer: leaf, chainDer, names }, await this.trust.current(), this.clock.now());
    // Everybody can replay a certificate: it counts where its key is.
    if (presented.keyProof === 'refuted') return { certificates: [], policy, issues: [...issues, { name: 'wrong key', value: 'it does not hold the key of the certificate that it presents' }] };
    const { certificateId, reason } = await this.identities.of(row, leaf, chainDer);
    if (certificateId === null) return { certificates: [], policy, issues: [...issues, { name: 'unknown certificate', value: reason }] };
    return { certificates: [{ certificateId, isDefault: true, name: null, externalId: null }], policy, issues };
  }
}
