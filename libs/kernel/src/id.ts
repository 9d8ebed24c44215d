/** A UUIDv4 from the platform's cryptographic source (browser and Node). */
export const newId = (): string => globalThis.crypto.randomUUID();
