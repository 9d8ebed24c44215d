import { Controller, Inject, Res } from '@nestjs/common';
import { healthcheckOperation, type RequestFor } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import type { FastifyReply } from 'fastify';
import type { HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';

@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** For load balancers, as Lemur's ask: `ok`, or 503 and what is wrong in two words. */
  @Serves(healthcheckOperation)
  async check(
    _request: RequestFor<typeof healthcheckOperation>,
    _call: HttpCall,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    void reply.type('text/html; charset=utf-8');
    try {
      await this.database.ping();
      return 'ok';
    } catch (error) {
      this.logger.warn({ err: error }, 'health check: the database does not answer');
      void reply.status(503);
      return 'db check failed';
    }
  }
}
