import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, isAppError, limits } from '@sifaka/kernel';
import { currentTraceId, type Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusalOf } from './refusal.js';
import { allowedMethods } from './route-table.js';

/** The only place where an error becomes HTTP. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (isMissingRoute(thrown)) {
      answerMissingRoute(request, reply);
      return;
    }
    const error = translate(thrown);
    if (error.code === 'internal') this.logger.error({ err: error.cause ?? error, method: request.method, url: request.routeOptions.url }, 'request failed');
    const refusal = refusalOf(error, currentTraceId());
    void reply.status(refusal.status).headers(refusal.headers).send(refusal.body);
  }
}

function isMissingRoute(thrown: unknown): boolean {
  return (thrown instanceof HttpException && thrown.getStatus() === 404) || (isAppError(thrown) && thrown.reason === 'http.no_route');
}

/** A known path with another method is 405 before anybody is asked for a token; OPTIONS lists the methods. */
function answerMissingRoute(request: FastifyRequest, reply: FastifyReply): void {
  const methods = allowedMethods(request.url);
  if (methods.length === 0) {
    const error = new AppError('not_found', 'there is nothing at this address', { reason: 'http.no_route' });
    const { body } = refusalOf(error, currentTraceId());
    void reply.status(404).send(body);
    return;
  }
  void reply.header('allow', methods.join(', '));
  if (request.method === 'OPTIONS') return void reply.status(200).send();
  const error = new AppError('invalid_argument', `${request.method} is not possible here, only ${methods.join(', ')}`, { reason: 'http.method_not_allowed' });
  const refusal = refusalOf(error, currentTraceId());
  void reply.status(refusal.status).send(refusal.body);
}

function translate(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const status = statusOf(thrown);
  if (status === 413)
    return new AppError('invalid_argument', `the body is larger than ${limits.bodyBytes} bytes`, { reason: 'http.body_too_large' });
  if (status !== undefined && status >= 400 && status < 500)
    return new AppError('invalid_argument', thrown instanceof Error ? thrown.message : 'the request cannot be read', { reason: 'http.bad_request' });
  return new AppError('internal', 'internal error', { cause: thrown });
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown && typeof thrown.statusCode === 'number') return thrown.statusCode;
  return undefined;
}
