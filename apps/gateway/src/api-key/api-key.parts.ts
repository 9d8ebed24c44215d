import { ApiKeyController } from './api-key.controller.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { CreateApiKey } from './create-api-key.js';
import { UseApiKeys } from './use-api-keys.js';
import { UserApiKeyController } from './user-api-key.controller.js';

export const apiKeyControllers = [ApiKeyController, UserApiKeyController];

export const apiKeyProviders = [ApiKeyRepository, CreateApiKey, UseApiKeys];
