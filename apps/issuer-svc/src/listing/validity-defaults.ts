/** Configured validity in days that authorities advise; see `ValidityDefaults`. */
export const VALIDITY_DEFAULTS = Symbol('ValidityDefaults');
