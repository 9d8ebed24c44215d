/** Name of the job that asks an issuer about one pending certificate. */
export const pollJob = 'fetch-pending-certificate';

/** Name of the job that asks about one that has ended here. */
export const watchJob = 'watch-ended-certificate';

/** One question is planned for each. */
export const jobKey = (id: number): string => `pending-certificate-${id}`;
