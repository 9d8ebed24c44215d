import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { HostedPlugins } from '@sifaka/plugin-host';
import { CONFIG } from '@sifaka/runtime';
import { intervalOptions } from '../notification/interval.js';
import { NotificationPlugins } from '../notification/notification-plugins.js';
import type { NotificationRow } from '../notification/notification.repository.js';
import { distinct, isAddress, recipientsIn } from '../notification/recipients.js';
import type { NotifyConfig } from '../notify.config.js';

/** How a plugin tells. */
export interface Manner {
  /** Owner and security team are added to the recipients (domain-rules NX-4). */
  isMail: boolean;
  isPerCertificate: boolean;
}

/** Who is told of what. */
@Injectable()
export class Audience {
  /** By slug. */
  private readonly known = new Map<string, Manner>();

  constructor(
    private readonly plugins: NotificationPlugins,
    private readonly hosted: HostedPlugins,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  /**
   * Called by Nest.
   *
   * @throws AppError `failed_precondition` for a plugin of default messages that nobody has, or that they cannot be told with
   */
  onModuleInit(): void {
    const slug = this.config.defaultNotificationPlugin;
    if (this.hosted.find(slug)?.kind !== 'notification') {
      const slugs = this.hosted.ofKind('notification').map((each) => each.slug);
      throw refused(`there is no notification plugin "${slug}"; there are ${slugs.join(', ')}`);
    }
    const why = this.plugins.refusalAsDefault(slug);
    if (why !== null) throw refused(`"${slug}" cannot be the plugin of default messages: they have recipients and no other options, and it says ${why}. Name one that mails people, as email-notification does`);
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

  /** How a notification tells. */
  async mannerOf(row: NotificationRow): Promise<Manner> {
    const known = this.known.get(row.plugin);
    if (known !== undefined) return known;
    try {
      const { takesRecipients = false, isPerCertificate = false } = await this.plugins.of(row);
      const manner = { isMail: takesRecipients, isPerCertificate };
      this.known.set(row.plugin, manner);
      return manner;
    } catch {
      // Its options are broken, which shows when it is sent.
      return { isMail: row.plugin === 'email-notification', isPerCertificate: false };
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

const refused = (why: string): AppError => new AppError('failed_precondition', `SIFAKA_DEFAULT_NOTIFICATION_PLUGIN: ${why}`, { reason: 'config.invalid' });
