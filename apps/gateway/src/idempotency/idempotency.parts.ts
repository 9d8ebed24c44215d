import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { IdempotentRequests } from './idempotent-requests.js';

export const idempotencyProviders = [IdempotencyInterceptor, IdempotencyRepository, IdempotentRequests];
