import { Controller } from '@nestjs/common';
import { getRenewal, issuerTimeline, listEndingCertificates, readNotableCertificates, reissueCertificate, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { EndingCertificates } from './ending-certificates.js';
import { IssuerTimeline } from './issuer-timeline.js';
import { ReadRenewal } from './read-renewal.js';
import { ReissueCertificate } from './reissue-certificate.js';

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
  constructor(
    private readonly reading: ReadRenewal,
    private readonly reissuing: ReissueCertificate,
    private readonly life: IssuerTimeline,
  ) {}

  @Handles(getRenewal)
  renewal(input: InputOf<typeof getRenewal>) {
    return this.reading.run(input);
  }

  @Handles(reissueCertificate)
  reissue(input: InputOf<typeof reissueCertificate>, call: CallContext) {
    return this.reissuing.run(input, call);
  }

  @Handles(issuerTimeline)
  timeline(input: InputOf<typeof issuerTimeline>) {
    return this.life.run(input);
  }
}
