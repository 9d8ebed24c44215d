/** Injects the service's own configuration: `@Inject(CONFIG) private readonly config: IssuerConfig`. */
export const CONFIG = Symbol('sifaka:config');

/** Injects the service's logger: `@Inject(LOGGER) private readonly logger: Logger`. */
export const LOGGER = Symbol('sifaka:logger');

/** Injects the clock: `@Inject(CLOCK) private readonly clock: Clock`. */
export const CLOCK = Symbol('sifaka:clock');

/** Injects the name of the service. */
export const SERVICE = Symbol('sifaka:service');

/** Injects what knows the plugins of the service, where it is more than a list: `entries()` as the catalogue shows them. */
export const PLUGIN_CATALOGUE = Symbol('sifaka:plugin-catalogue');
