import { Controller } from '@nestjs/common';
import { listTrustAnchors, readPlacedCertificates, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ReadPlaced } from './read-placed.js';

/** Read by who deploys and who discovers. */
@Controller()
export class PlacedHandlers {
  constructor(private readonly placed: ReadPlaced) {}

  @Handles(readPlacedCertificates)
  certificates(input: InputOf<typeof readPlacedCertificates>) {
    return this.placed.certificates(input);
  }

  @Handles(listTrustAnchors)
  anchors() {
    return this.placed.anchors();
  }
}
