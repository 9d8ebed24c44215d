export { ApiClient, newIdempotencyKey, type ApiClientOptions } from './api-client.js';
export { isSessionOver, sentenceOf } from './refusal.js';
export type { AnswerOf, RequestOf } from './request.js';
export { generalNameOf } from './general-name.js';
