import { Controller } from '@nestjs/common';
import { deleteSecrets, putSecrets, resolveSecrets, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { PutSecrets } from './put-secrets.js';
import { ResolveSecrets } from './resolve-secrets.js';
import { idOf } from './secret-ref.js';
import { SecretRepository } from './secret.repository.js';

@Controller()
export class SecretHandlers {
  constructor(
    private readonly putSecrets: PutSecrets,
    private readonly resolveSecrets: ResolveSecrets,
    private readonly secrets: SecretRepository,
  ) {}

  @Handles(putSecrets)
  put(input: InputOf<typeof putSecrets>, call: CallContext) {
    return this.putSecrets.run(input, call);
  }

  @Handles(resolveSecrets)
  resolve(input: InputOf<typeof resolveSecrets>, call: CallContext) {
    return this.resolveSecrets.run(input, call);
  }

  @Handles(deleteSecrets)
  async delete({ refs }: InputOf<typeof deleteSecrets>, call: CallContext) {
    return {
      deleted: await this.secrets.delete(
        call.caller,
        refs.flatMap((ref) => idOf(ref) ?? []),
      ),
    };
  }
}
