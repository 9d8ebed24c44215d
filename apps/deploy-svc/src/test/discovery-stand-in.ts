import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import { askEndpoint, confirmEndpoint, findEndpoints, findRotatable, pointEndpoint, removeFromSource, type InputOf, type OutputOf, type RotatableEndpoint } from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';

type Does = 'point' | 'ask' | 'confirm' | 'removeFromSource';
type Pointed = InputOf<typeof pointEndpoint>;

/** An endpoint, and what it really presents. */
export interface Front {
  record: RotatableEndpoint;
  presents: number | null;
  /** Pointing it answers well, and changes nothing. */
  isStubborn: boolean;
}

/** What the stand-in for discovery-svc knows, and does as the test says. */
export class Fronts {
  readonly all = new Map<number, Front>();
  readonly calls: { what: Does; id: number }[] = [];
  readonly pointed: Pointed[] = [];
  readonly removed: string[] = [];
  /** Called before it is done; may throw or wait. */
  readonly gates = new Map<Does, (input: unknown) => void | Promise<void>>();
  /** Called after it is done: the answer is lost. */
  readonly lost = new Map<Does, () => void>();
  /** Thrown when endpoints are looked for. */
  findFault: AppError | null = null;
  now = 0;
  most = 0;
  private counter = 0;

  clear(): void {
    for (const each of [this.all, this.gates, this.lost]) each.clear();
    for (const each of [this.calls, this.pointed, this.removed]) each.length = 0;
    this.most = 0;
  }

  add(certificateIds: readonly number[], parts: Partial<RotatableEndpoint> = {}): Front {
    const id = (this.counter += 1);
    const [presents = null] = certificateIds;
    const record: RotatableEndpoint = {
      ...{ id, name: `front-${id}`, dnsname: `front-${id}.eu-west-1.elb.test`, port: 443, dnsAliases: [], sourceId: 7, sourceLabel: 'cloud', destinationId: null, isManual: false, owner: null, type: 'elbv2', active: true },
      ...{ certificatePath: '/', registryType: 'iam', startTls: null, serverName: null, certificateId: presents, expectedCertificateId: null, policy: null, issues: [], rotatesBy: 'source', lastCheckedAt: null, lastError: null },
      ...{ missingSince: null, dateCreated: new Date().toISOString(), lastUpdated: new Date().toISOString(), store: 'memory:main', scope: 'eu-west-1' },
      certificates: certificateIds.map((certificateId, index) => ({ certificateId, isDefault: index === 0 })),
      ...parts,
    };
    const front = { record, presents, isStubborn: false };
    this.all.set(id, front);
    return front;
  }

  get(id: number): Front {
    const found = this.all.get(id);
    if (found === undefined) throw new AppError('not_found', `endpoint ${id} does not exist`);
    return found;
  }

  async does<T>(what: Does, id: number, input: unknown, work: () => T): Promise<T> {
    this.calls.push({ what, id });
    this.most = Math.max(this.most, (this.now += 1));
    try {
      await this.gates.get(what)?.(input);
      const answer = work();
      this.lost.get(what)?.();
      return answer;
    } finally {
      this.now -= 1;
    }
  }

  callsAt({ record }: Front): Does[] {
    return this.calls.filter(({ id }) => id === record.id).map(({ what }) => what);
  }
}

export const fronts = new Fronts();

@Controller()
class DiscoveryHandlers {
  @Handles(findRotatable)
  rotatable({ endpointIds, certificateIds, sourceId, region, afterId, limit }: InputOf<typeof findRotatable>): Promise<OutputOf<typeof findRotatable>> {
    if (fronts.findFault !== null) return Promise.reject(fronts.findFault);
    const endpoints = [...fronts.all.values()].map(({ record }) => record).filter(
      (each) =>
        each.active &&
        each.id > afterId &&
        (endpointIds?.includes(each.id) ?? true) &&
        (sourceId === null || each.sourceId === sourceId) &&
        (region === null || each.dnsname.includes(region)) &&
        (certificateIds === null || each.certificates.some(({ certificateId }) => certificateIds.includes(certificateId))),
    );
    return Promise.resolve({ endpoints: endpoints.slice(0, limit) });
  }

  @Handles(pointEndpoint)
  point(input: Pointed): Promise<{ id: number }> {
    return fronts.does('point', input.id, input, () => {
      const front = fronts.get(input.id);
      fronts.pointed.push(input);
      if (!front.isStubborn) front.presents = input.to.certificateId;
      return { id: input.id };
    });
  }

  @Handles(askEndpoint)
  ask(input: InputOf<typeof askEndpoint>): Promise<OutputOf<typeof askEndpoint>> {
    return fronts.does('ask', input.id, input, () => ({ isServed: fronts.get(input.id).presents === input.certificateId, detail: `source says it presents ${fronts.get(input.id).presents}` }));
  }

  @Handles(confirmEndpoint)
  confirm(input: InputOf<typeof confirmEndpoint>): Promise<{ id: number }> {
    return fronts.does('confirm', input.id, input, () => {
      const { record } = fronts.get(input.id);
      record.certificates = record.certificates.map((each) => (each.certificateId === input.fromCertificateId ? { ...each, certificateId: input.toCertificateId } : each));
      record.certificateId = record.certificates[0]?.certificateId ?? null;
      return { id: input.id };
    });
  }

  @Handles(removeFromSource)
  remove(input: InputOf<typeof removeFromSource>): Promise<{ isRemoved: boolean }> {
    return fronts.does('removeFromSource', 0, input, () => {
      fronts.removed.push(input.certificate.name);
      return { isRemoved: true };
    });
  }

  @Handles(findEndpoints)
  find({ certificateIds }: InputOf<typeof findEndpoints>): Promise<OutputOf<typeof findEndpoints>> {
    const endpoints = [...fronts.all.values()].flatMap(({ record: { id, name, dnsname, port, owner, type, active, certificates } }) =>
      certificates.flatMap(({ certificateId }) => (certificateIds.includes(certificateId) ? [{ certificateId, id, name, dnsname, port, owner, type, active }] : [])),
    );
    return Promise.resolve({ endpoints });
  }
}

@Module({ controllers: [DiscoveryHandlers] })
class DiscoveryStandIn {}

export const discoveryStandIn = defineService({ name: 'discovery', config: defineConfig('discovery', {}), migrations: platformTables('discovery'), module: () => DiscoveryStandIn });
