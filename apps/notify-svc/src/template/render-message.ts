import type { MessageType } from '@sifaka/contracts';
import type { MessageData } from './message-data.js';
import { TemplateSet, type RenderedMessage } from './template-set.js';

export type { RenderedMessage } from './template-set.js';

let builtIn: TemplateSet | null = null;

/** A message of this type in words, by the built-in templates; see `MessageTemplates` for those of an installation. */
export function renderMessage(type: MessageType, data: MessageData): RenderedMessage {
  // Compiled at the first use: 40 templates take longer than most processes that load this file want to wait.
  builtIn ??= new TemplateSet();
  return builtIn.render(type, data);
}
