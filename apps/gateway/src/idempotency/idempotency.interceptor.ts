import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { callOf, parsedRequestOf } from '../http/http-call.js';
import { IdempotentRequests } from './idempotent-requests.js';

/**
 * Gives the first answer again to a repeated request. Operations whose answer is a secret remember by themselves what they
 * can repeat it from.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: IdempotentRequests) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const call = callOf(request);
    if (call.idempotencyKey === null || !call.operation.takesIdempotencyKey || call.operation.holdsSecret) return next.handle();
    const { params, body } = parsedRequestOf(request);
    return defer(() => this.requests.run(call, { params, body }, () => lastValueFrom(next.handle())));
  }
}
