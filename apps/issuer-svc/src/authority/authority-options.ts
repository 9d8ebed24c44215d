import { Injectable } from '@nestjs/common';
import { keepSecrets, refuseMovedSecrets, refuseReferences, secretRefs, type StoredOption } from '@sifaka/plugin-host';
import { parseOptionsText } from '../plugins/host-options.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { AuthorityRepository } from './authority.repository.js';

/** Options of a stored authority. */
@Injectable()
export class AuthorityOptions {
  constructor(
    private readonly issuers: IssuerPlugins,
    private readonly authorities: AuthorityRepository,
  ) {}

  /**
   * What is to be stored in place of the options so far: checked by the plugin, with references in place of secrets.
   *
   * @param text JSON; a secret that comes back as null, as answers show it, stays what it is
   * @throws AppError `invalid_argument`
   */
  async replace(authority: { name: string; pluginSlug: string; options: readonly StoredOption[] | null }, text: string): Promise<StoredOption[]> {
    const given = parseOptionsText(text);
    refuseReferences(given, authority.options, 'options');
    const options = keepSecrets(given, authority.options);
    refuseMovedSecrets(this.issuers.plugin(authority.pluginSlug), options, authority.options, 'options');
    // Whether the plugin takes them is asked always, whether the other side does when they changed: who has it switched off goes on.
    await this.issuers.prove(authority.pluginSlug, options, { isAsked: !isSame(options, authority.options) });
    return this.issuers.withoutSecrets(authority.pluginSlug, options, `authority ${authority.name}`);
  }

  /**
   * Deletes those secrets of the options that no authority refers to: what was not stored, or is no longer. A fault leaves a
   * secret that nobody needs, and is no reason to fail.
   */
  async discard(options: readonly StoredOption[] | null): Promise<void> {
    const refs = secretRefs(options);
    if (refs.length === 0) return;
    try {
      // Asked of the database: a transaction that failed while it was committed may be there.
      await this.issuers.deleteSecrets(await this.authorities.unreferredAmong(refs));
    } catch {
      return;
    }
  }
}

const isSame = (a: readonly StoredOption[], b: readonly StoredOption[] | null): boolean => JSON.stringify(values(a)) === JSON.stringify(values(b ?? []));

const values = (options: readonly StoredOption[]) => options.map(({ name, value = null }) => [name, value]);
