import { Injectable } from '@nestjs/common';

export interface Sighting {
  isSeen: boolean;
  /** Which servers were asked, or which does not show the value and why. */
  detail: string;
}

/** Looks for TXT records where the CA will: at the authoritative servers of the zone. */
@Injectable()
export class Propagation {
  look({ recordName }: { providerId: number; zone: string; recordName: string; value: string }): Promise<Sighting> {
    return Promise.resolve({ isSeen: false, detail: `nobody was asked for ${recordName}` });
  }
}
