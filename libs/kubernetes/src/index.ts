export { ConnectionOptions, NamespaceOptions, namespaceName } from './connection-options.js';
export { KubernetesApi, type KubernetesRequest } from './kubernetes-api.js';
export { Secret, Secrets, type AppliedSecret, type ApplyTerms } from './secrets.js';
export { assertAllowed } from './access-review.js';
export { listPages, type ListTerms, type Page } from './list-pages.js';
export type { Need } from './status.js';
