import { Controller } from '@nestjs/common';
import { getAcmeOrder, listAcmeOrders, listRenewalWindows, readChallengeResponse, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { RenewalWindowRepository } from '../renewal-window/renewal-window.repository.js';
import { ReadOrders } from './read-orders.js';

@Controller()
export class OrderHandlers {
  constructor(
    private readonly reading: ReadOrders,
    private readonly windows: RenewalWindowRepository,
  ) {}

  @Handles(listAcmeOrders)
  list(input: InputOf<typeof listAcmeOrders>) {
    return this.reading.list(input);
  }

  @Handles(getAcmeOrder)
  get({ id }: InputOf<typeof getAcmeOrder>) {
    return this.reading.get(id);
  }

  @Handles(readChallengeResponse)
  async challengeResponse({ token }: InputOf<typeof readChallengeResponse>) {
    return { keyAuthorization: await this.reading.keyAuthorization(token) };
  }

  @Handles(listRenewalWindows)
  async renewalWindows({ fingerprints }: InputOf<typeof listRenewalWindows>) {
    return { windows: await this.windows.of(fingerprints) };
  }
}
