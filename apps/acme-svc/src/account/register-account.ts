import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { AcmeAccountClient, type AccountAtCa } from '../protocol/acme-account-client.js';
import type { AcmeServer } from '../protocol/acme-server.js';
import { externalAccountBinding } from '../protocol/jws.js';
import { AccountKeys, type VaultKey } from './account-keys.js';
import type { ExternalAccount } from './external-account.js';

export interface Registration {
  readonly key: VaultKey;
  readonly email: string | null;
  readonly externalAccount: ExternalAccount | null;
}

export const contactOf = (email: string | null): string[] => (email === null ? [] : [`mailto:${email}`]);

/** Has a CA make the account of a key. */
@Injectable()
export class RegisterAccount {
  constructor(private readonly keys: AccountKeys) {}

  /** @throws AppError `failed_precondition` that names the option which the CA did not like */
  async run(server: AcmeServer, { key, email, externalAccount }: Registration): Promise<AccountAtCa> {
    const { meta } = await server.directory();
    if (meta.externalAccountRequired && externalAccount === null) throw externalAccountRequired(server.host);
    const jwsKey = this.keys.jwsKey(key);
    const binding = externalAccount === null ? null : (url: string) => externalAccountBinding(jwsKey.jwk, url, externalAccount);
    try {
      return await new AcmeAccountClient(server).register(jwsKey, { contact: contactOf(email), binding });
    } catch (error) {
      throw explained(error, { host: server.host, email, kid: externalAccount?.kid ?? null });
    }
  }
}

const externalAccountRequired = (host: string): AppError => {
  const message = `${host} makes accounts for its customers alone: give the key identifier and HMAC key that it handed out as eab_kid and eab_hmac_key`;
  return new AppError('failed_precondition', message, { reason: 'acme.externalAccountRequired', fields: [{ path: 'eab_kid', message }, { path: 'eab_hmac_key', message }] });
};

/** Says which option a refusal is about. */
export function explained(error: unknown, { host, email, kid }: { host: string; email: string | null; kid: string | null }): unknown {
  if (!isAppError(error) || error.code !== 'failed_precondition') return error;
  if (error.reason === 'acme.externalAccountRequired' && kid === null) return externalAccountRequired(host);
  if (error.reason === 'acme.invalidContact' || error.reason === 'acme.unsupportedContact') return naming(error, ['email'], `e-mail address "${email ?? ''}"`);
  const isAboutBinding = kid !== null && bindingFaults.has(error.reason ?? '');
  return isAboutBinding ? naming(error, ['eab_kid', 'eab_hmac_key'], `external account binding with eab_kid "${kid}": check eab_kid and eab_hmac_key`) : error;
}

const bindingFaults = new Set(['acme.externalAccountRequired', 'acme.unauthorized', 'acme.malformed', 'acme.badSignatureAlgorithm']);

function naming(error: AppError, paths: readonly string[], what: string): AppError {
  const { code, message, reason } = error;
  return new AppError(code, `${what}: ${message}`, { ...(reason !== undefined && { reason }), fields: paths.map((path) => ({ path, message })), cause: error });
}
