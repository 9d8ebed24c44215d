import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';

/** What the installation says about messages, and the time. */
@Injectable()
export class Terms {
  constructor(
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(CONFIG) readonly config: NotifyConfig,
  ) {}
}
