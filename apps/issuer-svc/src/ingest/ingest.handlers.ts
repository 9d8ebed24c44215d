import { Controller } from '@nestjs/common';
import { ingestCertificates, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { IngestCertificates } from './ingest-certificates.js';

/** Certificates are found. */
@Controller()
export class IngestHandlers {
  constructor(private readonly ingesting: IngestCertificates) {}

  @Handles(ingestCertificates)
  ingest(input: InputOf<typeof ingestCertificates>, call: CallContext) {
    return this.ingesting.run(input, call);
  }
}
