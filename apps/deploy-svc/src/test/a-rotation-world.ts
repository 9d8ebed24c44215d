import { getRotation, startRotation, type OutputOf, type Principal, type RequestOf, type RotatableEndpoint, type RotationRecord } from '@sifaka/contracts';
import { waitUntil, type EventCollector } from '@sifaka/testing';
import { RotationRunner } from '../rotation/rotation-runner.js';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld, type KnownCertificate } from './a-deployment-world.js';
import { discoveryStandIn, fronts, type Front } from './discovery-stand-in.js';

type Asked = RequestOf<typeof startRotation>;

export const nobody = { endpointIds: null, certificateId: null, allDue: false, region: null, sourceId: null };

/** deploy-svc with stand-ins for the inventory and for the endpoints. */
export class RotationWorld {
  private constructor(
    readonly base: DeploymentWorld,
    readonly events: EventCollector,
  ) {}

  static async start(): Promise<RotationWorld> {
    const base = await DeploymentWorld.start([discoveryStandIn]);
    return new RotationWorld(base, await base.platform.events('sifaka.v1.rotation.>'));
  }

  async stop(): Promise<void> {
    this.events.stop();
    await this.base.stop();
  }

  /** A certificate and what has replaced it; both are for the name of the endpoint. */
  async pair(parts: Parameters<DeploymentWorld['certificate']>[0] = {}): Promise<{ old: KnownCertificate; made: KnownCertificate }> {
    const old = await this.base.certificate(parts);
    const made = await this.base.certificate({ replaces: [old.id] });
    this.base.change(old, { replacedBy: [made.id] });
    return { old, made };
  }

  /** An endpoint of a source that presents an old certificate, a destination that fills its store, and the new certificate. */
  async scene(parts: Partial<RotatableEndpoint> = {}, options: Parameters<DeploymentWorld['destination']>[0] = {}) {
    const { old, made } = await this.pair();
    const store = `store-${old.id}`;
    const place = await this.base.destination({ store, ...options });
    await this.base.deploy(old, place);
    const front = fronts.add([old.id], { store, ...parts });
    return { old, made, place, front, store };
  }

  ask(parts: Partial<Omit<Asked, 'target'>> & { target: Partial<Asked['target']> }, principal: Principal = admin): Promise<OutputOf<typeof startRotation>> {
    const input = { newCertificate: null, removesOld: false, isDryRun: false, verifies: true, ...parts, target: { ...nobody, ...parts.target } };
    return this.base.platform.call('gateway', startRotation, input, { principal });
  }

  /** Begins one at an endpoint. */
  async rotate({ record }: Front, parts: Partial<Omit<Asked, 'target'>> = {}): Promise<RotationRecord & { id: number }> {
    const { rotations, refused } = await this.ask({ ...parts, target: { endpointIds: [record.id] } });
    const [only] = rotations;
    if (only === undefined || only.id === null) throw new Error(`refused: ${JSON.stringify(refused)}`);
    return { ...only, id: only.id };
  }

  get(id: number): Promise<RotationRecord> {
    return this.base.platform.call('gateway', getRotation, { id });
  }

  becomes(id: number, state: RotationRecord['state'], also: (record: RotationRecord) => boolean = () => true, timeoutMs = 15_000): Promise<RotationRecord> {
    return waitUntil(
      async () => {
        const record = await this.get(id);
        if (record.state === state && also(record)) return record;
        throw new Error(`rotation ${id} is ${JSON.stringify(record)}`);
      },
      { what: `rotation ${id} to be ${state}`, timeoutMs },
    );
  }

  ended(id: number, state: RotationRecord['state']): Promise<RotationRecord> {
    return this.becomes(id, state, ({ finishedAt }) => finishedAt !== null);
  }

  /** What waits has its time now, and no more time after that. */
  async makeDue(id: number): Promise<void> {
    await this.sql().query(`update rotation set next_try_at = now() - interval '1 minute', phase_until = case when phase_until is not null then now() - interval '1 second' end where id = $1 and finished_at is null`, [id]);
    await this.sweep();
  }

  /** As a process that was killed leaves it. */
  async crashed(id: number, phase: string): Promise<void> {
    await this.sql().query(
      `update rotation set state = 'running', phase = $2, finished_at = null, deployment_id = null, next_try_at = now() - interval '1 minute', phase_until = now() + interval '1 minute' where id = $1`,
      [id, phase],
    );
    await this.sql().query(`insert into rotation_lease select endpoint_id, gen_random_uuid(), now() - interval '1 second' from rotation where id = $1 on conflict do nothing`, [id]);
    await this.sweep();
  }

  sweep(): Promise<void> {
    return this.base.platform.service('deploy').app.get(RotationRunner).sweep();
  }

  sql() {
    return this.base.sql();
  }

  told(type: string, rotationId: number) {
    return this.events.heard.filter(({ event }) => event.type === `sifaka.v1.rotation.${type}` && Object(event.data).id === rotationId).map(({ event }) => event.data);
  }
}

export const stepsOf = ({ steps }: RotationRecord): string[] => steps.map(({ name, state }) => `${name} ${state}`);
