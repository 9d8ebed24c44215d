export { AzureSession, type AzureSettings } from './azure-session.js';
export { EntraToken, type EntraLogin } from './entra-token.js';
