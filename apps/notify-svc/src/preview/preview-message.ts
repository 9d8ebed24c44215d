import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, OutputOf, previewMessage } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { renderMessage } from '../template/render-message.js';
import { sampleMessage } from './sample-message.js';

/** What messages look like here. */
@Injectable()
export class PreviewMessage {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  run({ type }: InputOf<typeof previewMessage>): OutputOf<typeof previewMessage> {
    const { publicUrl = null, securityTeamEmail } = this.config;
    return { type, ...renderMessage(type, sampleMessage(type, this.clock.now(), { publicUrl, contacts: securityTeamEmail })) };
  }
}
