import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isAdmin, passesRoleGate, type AccessRules } from '@sifaka/authz';
import type { Operation, UserPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import { attach } from './http-call.js';
import { parseBody, parseParams, parseQuery } from './parse-request.js';
import { operationKey } from './serve.decorator.js';
import { sourceIpOf } from './source-ip.js';

export const ACCESS_RULES = Symbol('AccessRules');

/** Longest Idempotency-Key; longer ones are somebody's payload, not a key. */
const maxIdempotencyKey = 255;

/**
 * The way into every operation, in the order that Lemur's clients know (rest-api §1.2): route, token, outer guard,
 * body, schema, inner guard. Answers are cheap to give in that order and tell a stranger the least.
 */
@Injectable()
export class OperationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = this.reflector.get<Operation | undefined>(operationKey, context.getHandler());
    if (operation === undefined) throw new AppError('internal', 'a route without an operation');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const origin = { sourceIp: sourceIpOf(request), userAgent: request.headers['user-agent']?.slice(0, 256) ?? null };
    const params = parseParams(operation, request.params);

    const principal = operation.access === 'anonymous' ? null : await this.authenticator.authenticate(request.headers.authorization, origin, request.routeOptions.url ?? 'none');
    if (operation.guardsFirst) this.admit(operation, principal);
    const query = parseQuery(operation, request.query);
    const body = parseBody(operation, { params, query, body: request.body, contentType: request.headers['content-type'] });
    if (!operation.guardsFirst) this.admit(operation, principal);

    attach(request, { operation, principal, ...origin, idempotencyKey: idempotencyKeyOf(request, operation) }, { params, query, body });
    return true;
  }

  private admit(operation: Operation, principal: UserPrincipal | null): void {
    if (principal === null) return;
    if (operation.access === 'admin' && !isAdmin(principal))
      throw new AppError('permission_denied', `${operation.id} needs the role admin`, { reason: 'access.admin_needed' });
    if (operation.access === 'writer' && !passesRoleGate(principal, this.rules))
      throw new AppError(
        'permission_denied',
        this.rules.strictRoles ? `${operation.id} needs the role admin or operator` : `${operation.id} is not open to the role read-only`,
        { reason: 'access.role_gate' },
      );
  }
}

function idempotencyKeyOf(request: FastifyRequest, operation: Operation): string | null {
  const key = request.headers['idempotency-key'];
  if (!operation.takesIdempotencyKey || typeof key !== 'string' || key === '') return null;
  if (key.length <= maxIdempotencyKey && /^[\x20-\x7e]+$/.test(key)) return key;
  throw new AppError('invalid_argument', `Idempotency-Key must have at most ${maxIdempotencyKey} printable ASCII characters`, {
    fields: [{ path: 'Idempotency-Key', message: `must have at most ${maxIdempotencyKey} printable ASCII characters` }],
  });
}
