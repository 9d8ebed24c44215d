import { applyDecorators, createParamDecorator, Delete, Get, HttpCode, Post, Put, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Operation } from '@sifaka/contracts';
import { callOf, parsedRequestOf } from './http-call.js';

export const operationKey = Symbol('operation');

const verbs = { GET: Get, POST: Post, PUT: Put, DELETE: Delete };

const ParsedInput = createParamDecorator((_: unknown, context: ExecutionContext) => parsedRequestOf(context.switchToHttp().getRequest<object>()));
const Call = createParamDecorator((_: unknown, context: ExecutionContext) => callOf(context.switchToHttp().getRequest<object>()));

/**
 * Serves an operation of the contracts with a controller method `(request: RequestFor<typeof op>, call: HttpCall)`.
 * Route, authentication, access, parsing and the status of the answer come from the operation.
 */
export function Serves(operation: Operation): MethodDecorator {
  const path = `/api/1${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
  return (target, key, descriptor) => {
    ParsedInput()(target, key, 0);
    Call()(target, key, 1);
    applyDecorators(verbs[operation.method](path), HttpCode(operation.response === null ? 204 : 200), SetMetadata(operationKey, operation))(target, key, descriptor);
  };
}
