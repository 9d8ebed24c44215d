/** Injects the guarded way to ACME CAs: an `Outbound` of the plugin kit. */
export const ACME_OUTBOUND = Symbol('AcmeOutbound');
