import { Injectable } from '@nestjs/common';
import { exportKey, type PlacedCertificate } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { fromPkcs8Der, keyMatches, parseCertificate } from '@sifaka/pki';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';
import { DestinationPlugins } from '../destination/destination-plugins.js';
import { DestinationRepository } from '../destination/destination.repository.js';
import { DeploymentRepository } from './deployment.repository.js';
import { GuardPlaces } from './guard-places.js';
import { deployedCertificate, PlacedCertificates } from './placed-certificates.js';
import type { Prepared, Turn } from './turn.js';

/** Addresses of one destination that are asked after an upload. */
const mostPoints = 100;

/** Gathers what a piece of work needs. Nothing is changed anywhere. */
@Injectable()
export class PrepareTurn {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly deployments: DeploymentRepository,
    private readonly plugins: DestinationPlugins,
    private readonly placed: PlacedCertificates,
    private readonly rpc: RpcClient,
    private readonly places: GuardPlaces,
  ) {}

  /** Null where the destination, or all that is known of the certificate, is gone. */
  async run(turn: Turn): Promise<Prepared | null> {
    const { row } = turn;
    const [destination, [certificate]] = await Promise.all([this.destinations.byId(row.destination_id), this.placed.read([row.certificate_id])]);
    if (destination === undefined || certificate === undefined) return null;
    turn.certificateName = certificate.name;
    const instance = await this.plugins.of(destination);
    const deployed = deployedCertificate(certificate, row.external_id);
    return { destination, instance, certificate, deployed, points: (instance.endpoints?.(deployed) ?? []).slice(0, mostPoints) };
  }

  /** @throws AppError `failed_precondition` where it would take the place of another one that it has nothing to do with */
  assertFree(turn: Turn, prepared: Prepared): Promise<void> {
    return this.places.assertFree(turn, prepared);
  }

  /** What the destination holds of certificates that this one replaces, newest first; nothing where it is put beside them. */
  async replacedBy({ row }: Turn, certificate: PlacedCertificate): Promise<DeployedCertificate[]> {
    if (row.is_beside || certificate.replaces.length === 0) return [];
    const replaced = await this.placed.replacedBy(certificate);
    const held = new Map((await this.deployments.heldAt(row.destination_id, replaced.map(({ id }) => id))).map((each) => [each.certificate_id, each]));
    const newestFirst = (one: PlacedCertificate, other: PlacedCertificate) => Date.parse(other.notBefore) - Date.parse(one.notBefore) || other.id - one.id;
    return replaced.toSorted(newestFirst).flatMap((each) => {
      const at = held.get(each.id);
      return at === undefined ? [] : [deployedCertificate(each, at.external_id)];
    });
  }

  /**
   * The private key, for the moment of the upload; null where the plugin wants none.
   *
   * @throws AppError `failed_precondition` when there is none, or it is not the certificate's
   */
  async key({ destination, certificate }: Prepared): Promise<Buffer | null> {
    const { keyId, name } = certificate;
    const isNeeded = this.plugins.requiresKey(destination);
    if (!isNeeded && (keyId === null || !this.plugins.takesKey(destination))) return null;
    if (keyId === null) throw new AppError('failed_precondition', `destination "${destination.label}" needs the private key, and certificate "${name}" has none here`, { reason: 'deployment.no_key' });
    const { pkcs8Der } = await this.rpc.call(exportKey, { keyId, reason: 'deployment', objectName: name.slice(0, 256) }).catch(unlessGone(name));
    const key = Buffer.from(pkcs8Der, 'base64');
    if (keyMatches(fromPkcs8Der(key), parseCertificate(Buffer.from(certificate.certificateDer, 'base64')).spki)) return key;
    key.fill(0);
    throw new AppError('failed_precondition', `the private key that is kept for certificate "${name}" is not its own: it is not deployed`, { reason: 'deployment.wrong_key' });
  }
}

const unlessGone =
  (name: string) =>
  (error: unknown): never => {
    if (error instanceof AppError && error.code === 'not_found') throw new AppError('failed_precondition', `the private key of certificate "${name}" is not in the key vault any more`, { reason: 'deployment.no_key', cause: error });
    throw error;
  };
