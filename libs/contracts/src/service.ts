/** The services of the platform. The name is the process, the Postgres schema and role, the NATS user and the second word of every subject. */
export const serviceNames = ['gateway', 'issuer', 'keyvault', 'acme', 'discovery', 'deploy', 'notify'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Name of the deployable: the folder under `apps/`, the container, the process. */
export function appName(service: ServiceName): string {
  return service === 'gateway' ? 'gateway' : `${service}-svc`;
}
