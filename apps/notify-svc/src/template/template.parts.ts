import type { FactoryProvider } from '@nestjs/common';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { MessageTemplates } from './message-templates.js';
import { TestMessage } from './test-message.js';

/** Read and tried before the service says that it is ready: a broken template stops the start. */
const templates: FactoryProvider<Promise<MessageTemplates>> = {
  provide: MessageTemplates,
  inject: [CONFIG, LOGGER],
  useFactory: (config: NotifyConfig, logger: Logger) =>
    MessageTemplates.load(config.templateFolder, ({ file, line, detail }) => logger.error({ file, line, detail }, 'a template failed, the message goes out by the built-in one')),
};

export const templateParts = { providers: [templates, TestMessage] };
