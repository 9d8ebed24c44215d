import { Controller } from '@nestjs/common';
import { listCrlPlaces, setCrlPlaces, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { CrlPlaceRepository } from './crl-place.repository.js';
import { crlPlaceView } from './crl-place.view.js';
import { SetCrlPlaces } from './set-crl-places.js';

@Controller()
export class CrlPlaceHandlers {
  constructor(
    private readonly places: CrlPlaceRepository,
    private readonly setting: SetCrlPlaces,
  ) {}

  @Handles(listCrlPlaces)
  async list({ authorityId }: InputOf<typeof listCrlPlaces>) {
    return { items: (await this.places.ofAuthority(authorityId)).map(crlPlaceView) };
  }

  @Handles(setCrlPlaces)
  set(input: InputOf<typeof setCrlPlaces>, call: CallContext) {
    return this.setting.run(input, call.principal);
  }
}
