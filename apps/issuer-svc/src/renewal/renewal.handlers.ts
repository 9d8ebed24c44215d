import { Controller } from '@nestjs/common';
import { getRenewal, listEndingCertificates, readNotableCertificates, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { EndingCertificates } from './ending-certificates.js';
import { ReadRenewal } from './read-renewal.js';

/** Read by who tells people of certificates, and by who looks at where they are presented. */
@Controller()
export class EndingHandlers {
  constructor(private readonly endings: EndingCertificates) {}

  @Handles(listEndingCertificates)
  ending(input: InputOf<typeof listEndingCertificates>) {
    return this.endings.list(input);
  }

  @Handles(readNotableCertificates)
  notable(input: InputOf<typeof readNotableCertificates>) {
    return this.endings.read(input);
  }
}

@Controller()
export class RenewalHandlers {
  constructor(private readonly reading: ReadRenewal) {}

  @Handles(getRenewal)
  renewal(input: InputOf<typeof getRenewal>) {
    return this.reading.run(input);
  }
}
