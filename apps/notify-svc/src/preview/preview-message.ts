import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, OutputOf, previewMessage } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { MessageTemplates } from '../template/message-templates.js';

/** What messages look like here. */
@Injectable()
export class PreviewMessage {
  constructor(
    private readonly templates: MessageTemplates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  run({ type }: InputOf<typeof previewMessage>): OutputOf<typeof previewMessage> {
    const { publicUrl = null, securityTeamEmail: contacts } = this.config;
    return { type, ...this.templates.preview(type, { publicUrl, contacts, at: this.clock.now() }) };
  }
}
