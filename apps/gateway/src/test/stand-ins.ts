import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import { countRoleUses, deleteSecrets, listAuthoritySummaries, putSecrets, resolveSecrets, type InputOf } from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError, newId } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { defineService, StatusModule } from '@sifaka/runtime';
import { CertificateStandIn } from './certificate-stand-in.js';
import { RenewalStandIn } from './renewal-stand-in.js';

/** What the stand-ins of the other services say and saw; one set per test file. */
export const world = {
  roleUses: new Map<number, { certificates: number; authorities: number }>(),
  secrets: new Map<string, string>(),
  callers: new Array<CallContext>(),
};

/** An inventory without authorities, in which roles are used as the test says. */
@Controller()
class IssuerStandIn {
  @Handles(listAuthoritySummaries)
  summaries(_input: InputOf<typeof listAuthoritySummaries>, call: CallContext) {
    world.callers.push(call);
    return { items: [], next: null };
  }

  @Handles(countRoleUses)
  uses({ roleId }: InputOf<typeof countRoleUses>) {
    return world.roleUses.get(roleId) ?? { certificates: 0, authorities: 0 };
  }
}

/** Keeps secrets in memory. */
@Controller()
class KeyvaultStandIn {
  @Handles(putSecrets)
  put({ secrets }: InputOf<typeof putSecrets>) {
    return {
      refs: secrets.map(({ value }) => {
        const ref = `secret:${newId()}`;
        world.secrets.set(ref, value);
        return ref;
      }),
    };
  }

  @Handles(resolveSecrets)
  resolve({ refs }: InputOf<typeof resolveSecrets>) {
    return {
      values: refs.map((ref) => {
        const value = world.secrets.get(ref);
        if (value === undefined) throw new AppError('not_found', 'no such secret');
        return value;
      }),
    };
  }

  @Handles(deleteSecrets)
  delete({ refs }: InputOf<typeof deleteSecrets>) {
    return { deleted: refs.filter((ref) => world.secrets.delete(ref)).length };
  }
}

@Module({ imports: [StatusModule.forService('issuer')], controllers: [IssuerStandIn, CertificateStandIn, RenewalStandIn] })
class IssuerStandInModule {}

@Module({ controllers: [KeyvaultStandIn] })
class KeyvaultStandInModule {}

export const issuerStandIn = defineService({
  name: 'issuer',
  config: defineConfig('issuer', {}),
  migrations: platformTables('issuer'),
  module: () => IssuerStandInModule,
});

export const keyvaultStandIn = defineService({
  name: 'keyvault',
  config: defineConfig('keyvault', {}),
  migrations: platformTables('keyvault'),
  module: () => KeyvaultStandInModule,
});
