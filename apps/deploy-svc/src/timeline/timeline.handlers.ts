import { Controller } from '@nestjs/common';
import { deployTimeline, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ReadTimeline } from './read-timeline.js';

@Controller()
export class TimelineHandlers {
  constructor(private readonly timeline: ReadTimeline) {}

  @Handles(deployTimeline)
  read({ certificateId }: InputOf<typeof deployTimeline>) {
    return this.timeline.run(certificateId);
  }
}
