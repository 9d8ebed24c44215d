import type { ApiKeyView } from '@sifaka/contracts';
import type { ApiKey } from './api-key.repository.js';

export function apiKeyView({ id, name, ttl, issuedAt, revoked, user }: ApiKey): ApiKeyView {
  return { id, name, ttl, issuedAt, revoked, user };
}
