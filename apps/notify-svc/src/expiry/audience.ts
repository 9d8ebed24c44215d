import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { HostedPlugins } from '@sifaka/plugin-host';
import { CONFIG } from '@sifaka/runtime';
import { intervalOptions } from '../notification/interval.js';
import { NotificationPlugins } from '../notification/notification-plugins.js';
import type { NotificationRow } from '../notification/notification.repository.js';
import { distinct, isAddress, recipientsIn } from '../notification/recipients.js';
import type { NotifyConfig } from '../notify.config.js';

/** Who is told of what. */
@Injectable()
export class Audience {
  /** By slug: whether a plugin sends mail. */
  private readonly mails = new Map<string, boolean>();

  constructor(
    private readonly plugins: NotificationPlugins,
    private readonly hosted: HostedPlugins,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  /**
   * Called by Nest.
   *
   * @throws AppError `failed_precondition` for a plugin of default messages that nobody has
   */
  onModuleInit(): void {
    const slug = this.config.defaultNotificationPlugin;
    if (this.hosted.find(slug)?.kind === 'notification') return;
    const slugs = this.hosted.ofKind('notification').map((each) => each.slug);
    throw new AppError('failed_precondition', `SIFAKA_DEFAULT_NOTIFICATION_PLUGIN: there is no notification plugin "${slug}"; there are ${slugs.join(', ')}`, { reason: 'config.invalid' });
  }

  /** What tells notifications of one audience apart from those of others, whatever their intervals. */
  keyOf({ plugin, options }: Pick<NotificationRow, 'plugin' | 'options'>): string {
    const rest = options.filter(({ name }) => !intervalOptions.some((own) => own === name)).sort((a, b) => a.name.localeCompare(b.name));
    return JSON.stringify([plugin, rest.map(({ name, value }) => [name, value])]);
  }

  /** Whether expirations are told with a plugin: not while it is switched off (domain-rules NX-5) or cannot work here; they are when it can again. */
  isUsable(slug: string): boolean {
    const listed = this.hosted.find(slug);
    return listed?.kind === 'notification' && listed.disabledReason === null && !this.config.disabledNotificationPlugins.includes(slug);
  }

  /** Whether its messages are mail, to which owner and security team are added (NX-4). */
  async isMail(row: NotificationRow): Promise<boolean> {
    const known = this.mails.get(row.plugin);
    if (known !== undefined) return known;
    try {
      const isMail = (await this.plugins.of(row)).takesRecipients === true;
      this.mails.set(row.plugin, isMail);
      return isMail;
    } catch {
      // Its options are broken, which shows when it is sent.
      return row.plugin === 'email-notification';
    }
  }

  /** Of an expiration by mail. */
  ofExpiration({ options }: Pick<NotificationRow, 'options'>, owner: string): string[] {
    return distinct([...recipientsIn(options), ...this.securityForExpirations(), ...addressOf(owner)]);
  }

  /** Of the mail that goes with expirations by other plugins. */
  ofDefaultMail(owner: string): string[] {
    return distinct([...this.securityForExpirations(), ...addressOf(owner)]);
  }

  owner(owner: string): string[] {
    return addressOf(owner);
  }

  security(): string[] {
    return distinct(this.config.securityTeamEmail);
  }

  ownerAndSecurity(owner: string): string[] {
    return distinct([...addressOf(owner), ...this.security()]);
  }

  private securityForExpirations(): readonly string[] {
    return this.config.disableSecurityTeamExpirationEmails ? [] : this.config.securityTeamEmail;
  }
}

const addressOf = (owner: string): string[] => (isAddress(owner) ? [owner] : []);
