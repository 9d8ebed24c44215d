import { Inject, Injectable } from '@nestjs/common';
import { isAppError } from '@sifaka/kernel';
import { keepSecrets, PluginHost, refuseMovedSecrets, refuseReferences, secretRefs, setupFault, type StoredOption } from '@sifaka/plugin-host';
import type { Notifier } from '@sifaka/plugin-sdk';
import { NOTIFICATION_PLUGINS } from '../plugins.module.js';
import { defaultOptions } from './default-options.js';
import { withInterval } from './interval.js';
import type { NotificationRow } from './notification.repository.js';

/** Where the options of a notification stand in a request. */
export const optionsPath = 'plugin.pluginOptions';

/** The answer must be there before the one who asked has gone. */
const checkLimitMs = 20_000;

type Given = readonly StoredOption[];

/** Notification plugins, made ready for a notification with its options. */
@Injectable()
export class NotificationPlugins {
  constructor(@Inject(NOTIFICATION_PLUGINS) private readonly host: PluginHost<'notification'>) {}

  /** The plugin behind a stored notification. */
  of({ id, version, plugin, options }: Pick<NotificationRow, 'id' | 'version' | 'plugin' | 'options'>): Promise<Notifier> {
    return this.host.of({ id, version, pluginSlug: plugin, options });
  }

  /** One for messages of the platform, which belong to no notification: with the installation's settings and these options. */
  make(slug: string, options: Given): Promise<Notifier> {
    return this.host.make(slug, options);
  }

  /**
   * What a client gave, with what is stored in place of secrets that it left alone, and the days that its interval comes to.
   *
   * @throws AppError `invalid_argument` for an unknown plugin, a refused option or interval, a reference to somebody else's secret, and a secret
   *   that would go to another address than the one it was entered for
   */
  async merged(slug: string, given: Given, before: Pick<NotificationRow, 'plugin' | 'options'> | null): Promise<{ options: StoredOption[]; intervalDays: number | null }> {
    const plugin = this.host.plugin(slug);
    // Options of another plugin are not this one's, whatever they are called.
    const stored = before?.plugin === slug ? before.options : [];
    const { options: timed, intervalDays } = withInterval(bare(given));
    refuseReferences(timed, stored, optionsPath);
    const kept = this.kept(slug, timed, stored).filter(({ value }) => value !== undefined && value !== null && value !== '');
    refuseMovedSecrets(plugin, kept, stored, optionsPath);
    // A reference is no address and no token: what a plugin asks of its secrets is asked of the secrets themselves.
    this.host.values(plugin, await this.host.resolved(kept));
    return { options: kept, intervalDays };
  }

  /** Secrets that a client left alone, also those that were stored before they counted as such. */
  private kept(slug: string, given: Given, stored: Given): StoredOption[] {
    const secrets = this.host.secretNames(slug);
    return keepSecrets(given, stored).map((option) => {
      const isLeftAlone = secrets.has(option.name) && (option.value === null || option.value === undefined);
      return isLeftAlone ? { ...option, value: stored.find(({ name }) => name === option.name)?.value ?? null } : option;
    });
  }

  /**
   * Whether a plugin can do with what the platform itself says, and the installation's settings.
   *
   * @returns why not; null: it can, or cannot be had at all, which is told elsewhere
   */
  refusalAsDefault(slug: string): string | null {
    try {
      this.host.values(this.host.plugin(slug), defaultOptions(['somebody@example.com']));
      return null;
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.code !== 'invalid_argument') return null;
      return (error.fields ?? []).map(({ path, message }) => `${path.slice(optionsPath.length + 1)}: ${message}`).join('; ') || error.message;
    }
  }

  /** Whether options come to the same as those that are stored: answers show defaults, and clients send them back. None do where those are broken. */
  isSame(given: Given, { plugin: slug, options }: Pick<NotificationRow, 'plugin' | 'options'>): boolean {
    const plugin = this.host.plugin(slug);
    const text = (some: Given) => JSON.stringify([this.host.storedValues(plugin, some), withInterval(some).intervalDays]);
    try {
      return text(given) === text(options);
    } catch (error) {
      if (isAppError(error) && error.code === 'invalid_argument') return false;
      throw error;
    }
  }

  /**
   * Tries options at the other side before they are kept.
   *
   * @throws AppError `invalid_argument` with fields for what the plugin or the other side does not accept; `upstream_failed`,
   *   `upstream_timeout`, `rate_limited`
   */
  async prove(slug: string, options: Given): Promise<void> {
    try {
      await this.host.prove(slug, options, { timeoutMs: checkLimitMs });
    } catch (error) {
      throw setupFault(error, 'notification.check_failed');
    }
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  stow(slug: string, options: Given, label: string): Promise<StoredOption[]> {
    return this.host.withoutSecrets(slug, options, `notification ${label}`);
  }

  /** Forgets what `before` refers to and `kept` does not. */
  async discard(before: Given, kept: Given = []): Promise<void> {
    const used = new Set(secretRefs(kept));
    const refs = secretRefs(before).filter((ref) => !used.has(ref));
    if (refs.length > 0) await this.host.deleteSecrets(refs);
  }
}

const bare = (given: Given): StoredOption[] => given.map(({ name, value = null }) => ({ name, value }));
