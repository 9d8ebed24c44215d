import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { currentCall } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import type { IssuerContext, PluginContext, PluginLogger, SignRequest } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { KeyVault, type SignatureRequest } from '../keys/key-vault.js';
import { signingSubject } from '../keys/signing-subject.js';

/** Hands plugins all that they may reach of the world. */
@Injectable()
export class PluginContexts implements OnApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly keys: KeyVault,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  forExport(slug: string): PluginContext {
    const { keys } = this;
    return {
      logger: this.loggerOf(slug),
      clock: this.clock,
      fetch: refuse,
      outbound: { fetchWith: () => refuse, connect: refuse, agents: refuseAgents },
      secrets: {
        async read(reference) {
          const [value = ''] = await keys.resolveSecrets([reference]);
          return value;
        },
      },
      signal: this.stopping.signal,
      random: (length) => randomBytes(length),
    };
  }

  forIssuer(slug: string): IssuerContext {
    const { keys } = this;
    return {
      ...this.forExport(slug),
      keys: {
        async generate(keyType) {
          const { keyId, publicKeyDer } = await keys.generate({ keyType, purpose: 'authority', csr: null });
          return { keyId, publicKeyDer };
        },
        sign: (request) => keys.sign(signatureOf(request)),
      },
      acme: { openAccount: refuse, revoke: refuse },
    };
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  private loggerOf(slug: string): PluginLogger {
    const logger = this.logger.child({ plugin: slug });
    return {
      debug: (message, fields) => logger.debug(fields ?? {}, message),
      info: (message, fields) => logger.info(fields ?? {}, message),
      warn: (message, fields) => logger.warn(fields ?? {}, message),
      error: (message, fields) => logger.error(fields ?? {}, message),
    };
  }
}

function signatureOf({ keyId, tbsDer, hash, serialHex, purpose }: SignRequest): SignatureRequest {
  return { keyId, tbsDer: Buffer.from(tbsDer).toString('base64'), hash, purpose, serialHex: serialHex === '' ? null : serialHex, subjectKeyId: signingSubject(), actor: currentUser() };
}

function currentUser(): string | null {
  const principal = currentCall()?.principal;
  return principal?.kind === 'user' ? principal.email : null;
}

/** The plugins that are hosted today reach nothing; the guard against private addresses comes with the first that does. */
const refuse = (): Promise<never> => Promise.reject(new Error('this host lets no plugin reach the network'));
const refuseAgents = (): never => {
  throw new Error('this host lets no plugin reach the network');
};
