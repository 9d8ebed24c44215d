import { Controller } from '@nestjs/common';
import { notifyTimeline, type InputOf } from '@sifaka/contracts';
import { Handles } from '@sifaka/messaging';
import { ReadTimeline } from './read-timeline.js';

@Controller()
export class TimelineHandlers {
  constructor(private readonly timeline: ReadTimeline) {}

  @Handles(notifyTimeline)
  read(input: InputOf<typeof notifyTimeline>) {
    return this.timeline.run(input);
  }
}
