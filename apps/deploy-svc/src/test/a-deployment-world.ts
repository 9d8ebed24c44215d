import { randomBytes } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  attachDestinations,
  getDeployment,
  importKey,
  readPlacedCertificates,
  runServiceJob,
  type DestinationRecord,
  type EventContract,
  type InputOf,
  type OutputOf,
  type PlacedCertificate,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { Handles, newEvent } from '@sifaka/messaging';
import { parseCertificate } from '@sifaka/pki';
import { testPath, type TestPath } from '@sifaka/plugin-sdk/conformance';
import { defineService, type ServiceDefinition } from '@sifaka/runtime';
import { testPlatform, waitUntil, type EventCollector, type TestPlatform } from '@sifaka/testing';
import { deployTestService, admin, createTestDestination, named } from './a-deploy-service.js';
import { ListHandlers } from './list-stand-in.js';
import { Shelf, shelves } from './shelf-destination.js';

type Detail = OutputOf<typeof getDeployment>;

/** What the stand-in for issuer-svc knows. */
const inventory = new Map<number, PlacedCertificate>();
const issuerState: { isAway: boolean; hold: ((ids: readonly number[]) => Promise<void> | undefined) | null } = { isAway: false, hold: null };

@Controller()
class PlacedHandlers {
  @Handles(readPlacedCertificates)
  async read({ ids }: InputOf<typeof readPlacedCertificates>): Promise<OutputOf<typeof readPlacedCertificates>> {
    if (issuerState.isAway) throw new AppError('unavailable', 'issuer-svc is away');
    await issuerState.hold?.(ids);
    return { certificates: ids.flatMap((id) => inventory.get(id) ?? []) };
  }
}

@Module({ controllers: [PlacedHandlers, ListHandlers] })
class IssuerStandIn {}

const issuerService = defineService({ name: 'issuer', config: defineConfig('issuer', {}), migrations: platformTables('issuer'), module: () => IssuerStandIn });

export interface KnownCertificate extends PlacedCertificate {
  path: TestPath;
}

let counter = 0;

/** deploy-svc with shelves in memory, the key vault, and a stand-in for the inventory. */
export class DeploymentWorld {
  private constructor(
    readonly platform: TestPlatform,
    readonly events: EventCollector,
    private readonly publish: (from: 'issuer' | 'discovery', event: ReturnType<typeof newEvent>) => Promise<void>,
  ) {}

  static async start(others: readonly ServiceDefinition[] = []): Promise<DeploymentWorld> {
    const env = { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), deploy: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } };
    const platform = await testPlatform({ services: [keyvaultService, issuerService, deployTestService, ...others], env });
    const buses = { issuer: await platform.bus.connect('issuer'), discovery: await platform.bus.connect('discovery') };
    const events = await platform.events('sifaka.v1.deployment.>');
    return new DeploymentWorld(platform, events, async (from, { subject, envelope }) => {
      buses[from].connection.publish(subject, JSON.stringify(envelope));
      await buses[from].connection.flush();
    });
  }

  async stop(): Promise<void> {
    this.events.stop();
    for (const shelf of shelves.values()) shelf.close();
    await this.platform.stop();
  }

  setIssuerAway(isAway: boolean): void {
    issuerState.isAway = isAway;
  }

  /** The next question about a certificate waits until it is let go; those after it do not. */
  holdQuestion(certificateId: number): { reached: Promise<void>; letGo: () => void } {
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const reached = new Promise<void>((resolve) => {
      issuerState.hold = (ids) => {
        if (!ids.includes(certificateId)) return undefined;
        issuerState.hold = null;
        resolve();
        return gate;
      };
    });
    return { reached, letGo };
  }

  async certificate({ hasKey = true, keyOf, ...parts }: Partial<PlacedCertificate> & { hasKey?: boolean; keyOf?: TestPath } = {}): Promise<KnownCertificate> {
    const id = (counter += 1) + 1_000;
    const path = testPath('ECCPRIME256V1');
    const keyId = hasKey ? (await this.platform.call('issuer', importKey, { pkcs8Der: (keyOf ?? path).privateKeyPkcs8Der.toString('base64'), purpose: 'certificate' })).keyId : null;
    const { fingerprintSha256, notBefore, notAfter } = parseCertificate(path.certificateDer);
    const times = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
    const names = { name: `certificate-${id}`, commonName: path.commonName, names: [path.commonName] };
    const known: PlacedCertificate = {
      ...{ id, ...names, format: 'x509', certificateDer: path.certificateDer.toString('base64'), chainDer: path.chainDer.map((der) => der.toString('base64')), keyId, fingerprintSha256 },
      ...{ status: 'valid', isDeleted: false, ...times, owner: 'owner@example.test', userId: 42, ownerRoleId: 7, roleIds: [7], externalId: null, replaces: [], replacedBy: [] },
      ...parts,
    };
    inventory.set(id, known);
    return { ...known, path };
  }

  /** @param parts what becomes of it */
  change({ id }: { id: number }, parts: Partial<PlacedCertificate>): void {
    const known = inventory.get(id);
    if (known !== undefined) inventory.set(id, { ...known, ...parts });
  }

  async destination(options: { can?: string; slot?: string; slug?: string; label?: string; host?: string; store?: string; isServing?: boolean } = {}): Promise<DestinationRecord & { shelf: Shelf }> {
    const name = `shelf-${(counter += 1)}`;
    const shelf = new Shelf();
    shelves.set(name, shelf);
    const { can = 'remove', slot, slug = 'shelf-destination', label = name, host = '127.0.0.1', store, isServing = false } = options;
    if (isServing) await shelf.open();
    const record = await createTestDestination(this.platform, { label, slug, options: named({ shelf: name, can, host, ...(slot !== undefined && { slot }), ...(store !== undefined && { store }) }) });
    return { ...record, shelf };
  }

  async attach(certificate: { id: number }, ...destinations: { id: number }[]): Promise<number[]> {
    const { deployments } = await this.platform.call('gateway', attachDestinations, { certificateId: certificate.id, destinationIds: destinations.map(({ id }) => id) }, { principal: admin });
    return deployments.map(({ id }) => id);
  }

  /** Attaches to one and waits for the end. */
  async deploy(certificate: { id: number }, destination: { id: number }, state: Detail['state'] = 'deployed'): Promise<Detail> {
    const [id = 0] = await this.attach(certificate, destination);
    return this.becomes(id, state);
  }

  get(id: number): Promise<Detail> {
    return this.platform.call('gateway', getDeployment, { id });
  }

  becomes(id: number, state: Detail['state'], also: (detail: Detail) => boolean = () => true): Promise<Detail> {
    return waitUntil(
      async () => {
        const detail = await this.get(id);
        if (detail.state === state && also(detail)) return detail;
        throw new Error(`deployment ${id} is ${JSON.stringify(detail)}`);
      },
      { what: `deployment ${id} to be ${state}` },
    );
  }

  /** As a process that was killed leaves it. */
  async crashed(deploymentId: number, phase: string): Promise<void> {
    await this.sql().query(`update deployment set state = 'running', phase = $2, is_held = true, next_try_at = now() - interval '1 minute' where id = $1`, [deploymentId, phase]);
    await this.sql().query(`insert into destination_lease select destination_id, gen_random_uuid(), now() - interval '1 second' from deployment where id = $1 on conflict do nothing`, [deploymentId]);
  }

  /** What waits for its time has it now. */
  async makeDue(id: number): Promise<void> {
    await this.sql().query(`update deployment set next_try_at = now() - interval '1 minute' where id = $1 and next_try_at is not null`, [id]);
    await this.sweep();
  }

  sql() {
    return this.platform.database('deploy');
  }

  sweep(): Promise<void> {
    return this.platform.call('gateway', runServiceJob.deploy, { name: 'resume-deployments' }).then(() => undefined);
  }

  told(type: string, deploymentId: number) {
    return this.events.heard.filter(({ event }) => event.type === `sifaka.v1.deployment.${type}` && Object(event.data).id === deploymentId).map(({ event }) => event.data);
  }

  tell<C extends EventContract>(from: 'issuer' | 'discovery', contract: C, data: Parameters<typeof newEvent<C>>[1], at = new Date()): Promise<void> {
    return this.publish(from, newEvent(contract, data, { at, subject: '1' }));
  }
}
