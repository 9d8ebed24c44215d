import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { Outbox } from '@sifaka/messaging';
import { EndpointEvents } from './endpoint-events.js';
import type { EndpointFacts, EndpointRow, PresentedCertificate } from './endpoint-row.js';
import { EndpointWriter, isSame } from './endpoint-writer.js';
import { EndpointRepository } from './endpoint.repository.js';
import { PolicyRepository } from './policy.repository.js';
import type { Seen } from './sight.js';

/** Writes what was seen, as far as it differs. */
@Injectable()
export class NoteSeen {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly writer: EndpointWriter,
    private readonly policies: PolicyRepository,
    private readonly events: EndpointEvents,
    private readonly outbox: Outbox,
  ) {}

  async seen({ id }: EndpointRow, { certificates, policy, issues }: Seen): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.endpoints.lock(tx, id);
      if (row === undefined) return;
      const [policyId] = await this.policies.ids(tx, [policy]);
      const facts: EndpointFacts = { ...row, certificates: named(certificates, row), policy_id: policyId ?? row.policy_id, issues };
      if (!isSame({ ...row, missing_since: null }, facts)) {
        await this.writer.update(tx, [{ id, facts }]);
        await this.outbox.append(tx, [this.events.updated({ ...row, ...facts })]);
      }
      await this.endpoints.noteCheck(tx, id, null);
    });
  }

  async unseen({ id }: EndpointRow, words: string): Promise<void> {
    await this.database.transaction((tx) => this.endpoints.noteCheck(tx, id, words.slice(0, 2_000)));
  }
}

/** What a source calls a certificate is not seen over the network. */
const named = (certificates: readonly PresentedCertificate[], row: EndpointRow): PresentedCertificate[] =>
  certificates.map((each) => {
    const known = row.certificates.find(({ certificateId }) => certificateId === each.certificateId);
    return { ...each, name: each.name ?? known?.name ?? null, externalId: each.externalId ?? known?.externalId ?? null };
  });
