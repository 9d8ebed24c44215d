import { Injectable } from '@nestjs/common';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { keepSecrets, parseOptionsText, refuseReferences, type StoredOption } from '../plugins/stored-options.js';

/** Options of a stored authority. */
@Injectable()
export class AuthorityOptions {
  constructor(private readonly issuers: IssuerPlugins) {}

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
    // Whether the plugin takes them: making it has no side effects.
    await this.issuers.make(authority.pluginSlug, options);
    return this.issuers.withoutSecrets(authority.pluginSlug, options, `authority ${authority.name}`);
  }
}
