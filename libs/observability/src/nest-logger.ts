import { isNativeError } from 'node:util/types';
import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** What Nest itself has to say, in the log of the service; its start-up chatter becomes `debug`. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1);
      const fields = typeof context === 'string' && rest.length > 0 ? { context } : {};
      if (isNativeError(message)) logger[level]({ ...fields, err: message }, message.message);
      else if (typeof message === 'string')
        logger[level](level === 'error' && rest.length > 1 ? { ...fields, stack: rest[0] } : fields, message);
      else logger[level]({ ...fields, message }, 'framework message');
    };
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}
