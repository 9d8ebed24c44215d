import { Inject, Injectable } from '@nestjs/common';
import { newId, type Clock } from '@sifaka/kernel';
import type { NotificationMessage } from '@sifaka/plugin-sdk';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { messageData } from './message-data.js';
import { MessageTemplates } from './message-templates.js';

/** A message that says that it is a test. */
@Injectable()
export class TestMessage {
  constructor(
    private readonly templates: MessageTemplates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  /** @param label of the notification that is tried; null for one that is not saved */
  of(label: string | null): NotificationMessage {
    const createdAt = this.clock.now();
    const { publicUrl = null, securityTeamEmail } = this.config;
    const rendered = this.templates.render('test', messageData(createdAt, { publicUrl, contacts: securityTeamEmail, notificationLabel: label }));
    return { ...rendered, event: 'test', severity: 'info', certificates: [], intervalDays: null, facts: {}, recipients: [], deliveryId: newId(), createdAt };
  }
}
