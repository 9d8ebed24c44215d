import { Inject, Injectable } from '@nestjs/common';
import { deleteSecrets, putSecrets, resolveSecrets, type Principal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';

/** Shared passwords of roles live in the key vault; here is only where. */
@Injectable()
export class RoleSecrets {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The reference to store; an empty password is none. */
  async put(password: string | null | undefined, roleName: string, principal: Principal): Promise<string | null> {
    if (password === undefined || password === null || password === '') return null;
    const { refs } = await this.rpc.call(putSecrets, { secrets: [{ value: password, label: `role ${roleName}` }] }, { principal });
    return refs[0] ?? null;
  }

  async read(ref: string | null, principal: Principal): Promise<string | null> {
    if (ref === null) return null;
    const { values } = await this.rpc.call(resolveSecrets, { refs: [ref] }, { principal });
    if (values[0] === undefined) throw new AppError('internal', 'internal error');
    return values[0];
  }

  /** What nobody refers to any more does no harm: a failure is logged, not raised. */
  async forget(ref: string | null, principal: Principal): Promise<void> {
    if (ref === null) return;
    try {
      await this.rpc.call(deleteSecrets, { refs: [ref] }, { principal });
    } catch (error) {
      this.logger.warn({ err: error, ref }, 'a secret that nobody refers to was left in the key vault');
    }
  }
}
