import type { PlacedCertificate } from '@sifaka/contracts';
import type { DeployedCertificate, Destination, ServedAt } from '@sifaka/plugin-sdk';
import type { DestinationRow } from '../destination/destination.repository.js';
import type { Deployment } from './deployment.js';

/** A deployment in the hands of a worker that has the lease of its destination. */
export interface Turn {
  row: Deployment;
  /** Of the row when the work began: what was asked for since then is done next. */
  version: number;
  /** Of the lease. */
  readonly holder: string;
  /** Aborts when the service stops, and when the lease may be lost. */
  readonly signal: AbortSignal;
  /** Of the certificate, once it was read. */
  certificateName?: string;
}

/** Everything that the work needs of others but the key. */
export interface Prepared {
  destination: DestinationRow;
  instance: Destination;
  certificate: PlacedCertificate;
  /** As the destination has it, by what is known. */
  deployed: DeployedCertificate;
  points: readonly ServedAt[];
}
