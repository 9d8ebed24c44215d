import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { parsedRequestOf } from './http-call.js';

/**
 * The envelope of a list is `items` and `total` (rest-api §1.4), and old scripts compare it whole: `nextCursor` joins it
 * where there is more to read, and at the end only for those who read by cursor.
 */
@Injectable()
export class ListAnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query } = parsedRequestOf(context.switchToHttp().getRequest<object>());
    const readsByCursor = typeof query === 'object' && query !== null && 'cursor' in query && query.cursor !== undefined;
    return next.handle().pipe(map((answer: unknown) => (readsByCursor ? answer : withoutEnd(answer))));
  }
}

function withoutEnd(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('nextCursor' in answer) || answer.nextCursor !== null) return answer;
  const { nextCursor: _end, ...list } = answer;
  return list;
}
