import { Controller } from '@nestjs/common';
import { answerOcsp, findCrl, getPublication, listRevocationVersions, publishCrl, readAuthorityCertificate, readCrl, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { AnswerOcsp } from './answer-ocsp.js';
import { PublishNow, ReadCrls, ReadPublication } from './read-publication.js';

/** What the world is told of revocations. */
@Controller()
export class PublicationHandlers {
  constructor(
    private readonly lists: ReadCrls,
    private readonly ocsp: AnswerOcsp,
    private readonly reading: ReadPublication,
    private readonly publishing: PublishNow,
  ) {}

  @Handles(findCrl)
  find(input: InputOf<typeof findCrl>) {
    return this.lists.find(input);
  }

  @Handles(readCrl)
  read(input: InputOf<typeof readCrl>) {
    return this.lists.read(input);
  }

  @Handles(readAuthorityCertificate)
  certificate(input: InputOf<typeof readAuthorityCertificate>) {
    return this.lists.certificate(input);
  }

  @Handles(listRevocationVersions)
  versions(input: InputOf<typeof listRevocationVersions>) {
    return this.lists.versions(input);
  }

  @Handles(answerOcsp)
  answer(input: InputOf<typeof answerOcsp>) {
    return this.ocsp.run(input);
  }

  @Handles(getPublication)
  publication(input: InputOf<typeof getPublication>) {
    return this.reading.run(input);
  }

  @Handles(publishCrl)
  publish(input: InputOf<typeof publishCrl>, call: CallContext) {
    return this.publishing.run(input, call);
  }
}
