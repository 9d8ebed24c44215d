import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { callOf } from './http-call.js';

/** Answers with a key or a credential are kept by nobody on the way (rest-api §1.1). */
@Injectable()
export class SecretAnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { operation } = callOf(http.getRequest<FastifyRequest>());
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      tap(() => {
        if (!operation.holdsSecret) return;
        void reply.headers({ 'cache-control': 'private, max-age=0, no-cache, no-store', pragma: 'no-cache' });
      }),
    );
  }
}
