import { Module } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { Outbox } from '@sifaka/messaging';
import { CLOCK, CONFIG, ReadinessChecks, StatusModule } from '@sifaka/runtime';
import { Envelope } from './envelope/envelope.js';
import { DeleteKeys } from './key/delete-keys.js';
import { ExportKey } from './key/export-key.js';
import { GenerateKeys } from './key/generate-keys.js';
import { ImportKey } from './key/import-key.js';
import { KeyAccessJournal } from './key/key-access-journal.repository.js';
import { generateRsa } from './key/key-material.js';
import { KeyHandlers } from './key/key.handlers.js';
import { KeyRepository } from './key/key.repository.js';
import { MakeKey } from './key/make-key.js';
import { RsaGenerator } from './key/rsa-generator.js';
import type { KeyvaultConfig } from './keyvault.config.js';
import { ConfiguredMasterKeys } from './master-key/configured-master-keys.js';
import { Keyring } from './master-key/keyring.js';
import { openKeyring } from './master-key/open-keyring.js';
import { Rekey } from './master-key/rekey.js';
import { RekeyRepository } from './master-key/rekey.repository.js';
import { RetireMasterKey } from './master-key/retire-master-key.js';
import { DeleteSecrets } from './secret/delete-secrets.js';
import { PutSecrets } from './secret/put-secrets.js';
import { ResolveSecrets } from './secret/resolve-secrets.js';
import { SecretAudit } from './secret/secret-audit.js';
import { SecretHandlers } from './secret/secret.handlers.js';
import { SecretRepository } from './secret/secret.repository.js';
import { SigningHandlers } from './signing/signing.handlers.js';
import { SigningJournal } from './signing/signing-journal.repository.js';
import { SigningKeys } from './signing/signing-keys.js';
import { SignStaged } from './signing/sign-staged.js';
import { SignWithKeys } from './signing/sign-with-keys.js';
import { StagedSlices } from './signing/staged-slices.repository.js';

/** Nothing of the vault exists before its master keys are proven: everything here hangs on the keyring. */
const keyring = {
  provide: Keyring,
  inject: [CONFIG, Database, Outbox, CLOCK],
  useFactory: (config: KeyvaultConfig, database: Database, outbox: Outbox, clock: Clock) =>
    openKeyring(new ConfiguredMasterKeys(config), database, outbox, clock),
};

const rsaGenerator = {
  provide: RsaGenerator,
  inject: [CONFIG, ReadinessChecks],
  useFactory: (config: KeyvaultConfig, readiness: ReadinessChecks) => {
    const generator = new RsaGenerator(generateRsa, config);
    readiness.onStop(() => generator.stop());
    return generator;
  },
};

@Module({
  imports: [StatusModule.forService('keyvault')],
  controllers: [KeyHandlers, SigningHandlers, SecretHandlers],
  providers: [
    keyring,
    rsaGenerator,
    Envelope,
    ...[KeyRepository, KeyAccessJournal, MakeKey, GenerateKeys, ImportKey, ExportKey, DeleteKeys],
    ...[SigningKeys, SigningJournal, SignWithKeys, StagedSlices, SignStaged],
    ...[SecretRepository, SecretAudit, PutSecrets, ResolveSecrets, DeleteSecrets],
    ...[RekeyRepository, RetireMasterKey, Rekey],
  ],
})
export class KeyvaultModule {}
