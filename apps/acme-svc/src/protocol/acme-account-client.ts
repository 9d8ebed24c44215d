import { AppError, isAppError } from '@sifaka/kernel';
import { parseAnswer, type Answer } from './answer.js';
import type { AcmeServer } from './acme-server.js';
import { signJws, type Jws, type JwsKey } from './jws.js';
import { Account } from './resources.js';

export interface AccountAtCa {
  readonly url: string;
  readonly account: Account;
}

/** The requests about accounts themselves (RFC 8555 section 7.3). */
export class AcmeAccountClient {
  constructor(private readonly server: AcmeServer) {}

  /** Makes the account of a key, or finds it: asked again with the same key, the CA answers with the same account. */
  async register(key: JwsKey, { contact, binding }: { contact: readonly string[]; binding: ((url: string) => Jws) | null }): Promise<AccountAtCa> {
    const { newAccount } = await this.server.directory();
    const payload = { termsOfServiceAgreed: true, contact, ...(binding !== null && { externalAccountBinding: binding(newAccount) }) };
    const answer = await this.server.post({ key, accountUrl: null }, { url: newAccount, kind: 'newAccount', payload });
    return this.read(answer, this.server.locationOf(answer, 'the account'));
  }

  /** The account of a key; null when the CA has none (RFC 8555 section 7.3.1). */
  async find(key: JwsKey): Promise<AccountAtCa | null> {
    const { newAccount } = await this.server.directory();
    try {
      const answer = await this.server.post({ key, accountUrl: null }, { url: newAccount, payload: { onlyReturnExisting: true } });
      return this.read(answer, this.server.locationOf(answer, 'the account'));
    } catch (error) {
      if (isUnknownAccount(error)) return null;
      throw error;
    }
  }

  private read(answer: Answer, url: string): AccountAtCa {
    return { url, account: parseAnswer(Account, answer, 'an account') };
  }

  /** What the CA has of the account now. @throws AppError reason `acme.accountDoesNotExist` */
  async get(key: JwsKey, accountUrl: string): Promise<AccountAtCa> {
    const answer = await this.server.post({ key, accountUrl }, { url: accountUrl, payload: null });
    return this.read(answer, accountUrl);
  }

  async update(key: JwsKey, accountUrl: string, change: { contact: readonly string[] } | { status: 'deactivated' }): Promise<AccountAtCa> {
    const answer = await this.server.post({ key, accountUrl }, { url: accountUrl, payload: change });
    return this.read(answer, accountUrl);
  }

  /** RFC 8555 section 7.3.5: the new key says whose account it is to sign for, the old one agrees. */
  async changeKey(accountUrl: string, oldKey: JwsKey, newKey: JwsKey): Promise<void> {
    const { keyChange } = await this.server.directory();
    if (keyChange === undefined) {
      throw new AppError('failed_precondition', `${this.server.host} does not offer to change the key of an account`, { reason: 'acme.no_key_change' });
    }
    const inner = await signJws(newKey, { url: keyChange }, { account: accountUrl, oldKey: oldKey.jwk });
    await this.server.post({ key: oldKey, accountUrl }, { url: keyChange, payload: { ...inner } });
  }
}

export const isUnknownAccount = (error: unknown): boolean => isAppError(error) && error.reason === 'acme.accountDoesNotExist';
