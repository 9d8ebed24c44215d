import { Injectable } from '@nestjs/common';
import type { EndpointRecord, findEndpoints, findRotatable, InputOf, listEndpoints, OutputOf } from '@sifaka/contracts';
import type { EndpointRow } from './endpoint-row.js';
import { EndpointRepository, noSuchEndpoint } from './endpoint.repository.js';
import { endpointView, rotatableView } from './endpoint.view.js';
import { PolicyRepository } from './policy.repository.js';

@Injectable()
export class ReadEndpoints {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly policies: PolicyRepository,
  ) {}

  async list(input: InputOf<typeof listEndpoints>): Promise<OutputOf<typeof listEndpoints>> {
    const { rows, total, nextCursor } = await this.endpoints.list(input);
    return { items: await this.views(rows, endpointView), total, nextCursor };
  }

  async get(id: number): Promise<EndpointRecord> {
    const row = await this.endpoints.byId(id);
    if (row === undefined) throw noSuchEndpoint(id);
    const policies = await this.policies.byIds(row.policy_id === null ? [] : [row.policy_id]);
    return endpointView(row, policies.get(row.policy_id ?? 0) ?? null);
  }

  async find({ certificateIds }: InputOf<typeof findEndpoints>): Promise<OutputOf<typeof findEndpoints>> {
    const pairs = await this.endpoints.ofCertificates(certificateIds);
    const rows = new Map((await this.endpoints.byIds([...new Set(pairs.map(({ endpointId }) => endpointId))])).map((row) => [row.id, row]));
    const endpoints = pairs.flatMap(({ endpointId, certificateId }) => {
      const row = rows.get(endpointId);
      return row === undefined ? [] : [{ certificateId, id: row.id, name: row.name, dnsname: row.dnsname, port: row.port, owner: row.owner, type: row.type, active: row.active }];
    });
    return { endpoints };
  }

  async rotatable(input: InputOf<typeof findRotatable>): Promise<OutputOf<typeof findRotatable>> {
    return { endpoints: await this.views(await this.endpoints.rotatable(input), rotatableView) };
  }

  private async views<View>(rows: readonly EndpointRow[], view: (row: EndpointRow, policy: EndpointRecord['policy']) => View): Promise<View[]> {
    const policies = await this.policies.byIds([...new Set(rows.flatMap(({ policy_id: id }) => id ?? []))]);
    return rows.map((row) => view(row, policies.get(row.policy_id ?? 0) ?? null));
  }
}
