import { Controller } from '@nestjs/common';
import { getRevocationPublicationOperation, publishCrlOperation, setCrlDestinationsOperation, type PublicationView, type RequestFor } from '@sifaka/contracts';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { Publications } from './publications.js';

/** How authorities tell the world what they revoked. */
@Controller()
export class RevocationController {
  constructor(private readonly publications: Publications) {}

  @Serves(getRevocationPublicationOperation)
  get({ params }: RequestFor<typeof getRevocationPublicationOperation>, call: HttpCall): Promise<PublicationView> {
    return this.publications.get(params.id, callerOf(call));
  }

  @Serves(publishCrlOperation)
  publish({ params }: RequestFor<typeof publishCrlOperation>, call: HttpCall): Promise<PublicationView> {
    return this.publications.publish(params.id, callerOf(call));
  }

  @Serves(setCrlDestinationsOperation)
  setDestinations({ params, body }: RequestFor<typeof setCrlDestinationsOperation>, call: HttpCall): Promise<PublicationView> {
    return this.publications.setDestinations(params.id, body.destinations, callerOf(call));
  }
}
