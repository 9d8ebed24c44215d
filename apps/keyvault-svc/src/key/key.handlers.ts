import { Controller } from '@nestjs/common';
import { deleteKeys, exportKey, generateKeys, importKey, listKeys, type InputOf } from '@sifaka/contracts';
import { Handles, type CallContext } from '@sifaka/messaging';
import { DeleteKeys } from './delete-keys.js';
import { ExportKey } from './export-key.js';
import { GenerateKeys } from './generate-keys.js';
import { ImportKey } from './import-key.js';
import { KeyRepository } from './key.repository.js';

@Controller()
export class KeyHandlers {
  constructor(
    private readonly generateKeys: GenerateKeys,
    private readonly importKey: ImportKey,
    private readonly exportKey: ExportKey,
    private readonly deleteKeys: DeleteKeys,
    private readonly keys: KeyRepository,
  ) {}

  @Handles(generateKeys)
  generate(input: InputOf<typeof generateKeys>, call: CallContext) {
    return this.generateKeys.run(input, call);
  }

  @Handles(importKey)
  import(input: InputOf<typeof importKey>, call: CallContext) {
    return this.importKey.run(input, call);
  }

  @Handles(exportKey)
  export(input: InputOf<typeof exportKey>, call: CallContext) {
    return this.exportKey.run(input, call);
  }

  @Handles(deleteKeys)
  delete(input: InputOf<typeof deleteKeys>, call: CallContext) {
    return this.deleteKeys.run(input, call);
  }

  @Handles(listKeys)
  async list({ afterSequence, olderThanMs, limit }: InputOf<typeof listKeys>, call: CallContext) {
    const keys = await this.keys.list(call.caller, afterSequence, olderThanMs, limit);
    return { keys: keys.map((key) => ({ ...key, createdAt: key.createdAt.toISOString() })) };
  }
}
