import { ReadTimeline } from './read-timeline.js';
import { TimelineHandlers } from './timeline.handlers.js';
import { TimelineRepository } from './timeline.repository.js';

export const timelineParts = { controllers: [TimelineHandlers], providers: [ReadTimeline, TimelineRepository] };
