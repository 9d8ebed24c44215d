import { Controller } from '@nestjs/common';
import { listServedWhileEnding, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ServedRepository } from './served.repository.js';

@Controller()
export class ServedHandlers {
  constructor(private readonly served: ServedRepository) {}

  @Handles(listServedWhileEnding)
  async list({ certificateIds, afterId, limit }: InputOf<typeof listServedWhileEnding>) {
    return { items: await this.served.list(certificateIds, afterId, limit) };
  }
}
