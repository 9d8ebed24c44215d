/** Name of the job that asks an issuer about one pending certificate. */
export const pollJob = 'fetch-pending-certificate';

/** One question is planned for each. */
export const jobKey = (id: number): string => `pending-certificate-${id}`;
