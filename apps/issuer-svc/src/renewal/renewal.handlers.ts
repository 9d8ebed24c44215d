import { Controller } from '@nestjs/common';
import { listEndingCertificates, readNotableCertificates, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { EndingCertificates } from './ending-certificates.js';

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
