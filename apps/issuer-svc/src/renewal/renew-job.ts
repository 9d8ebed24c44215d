/** Name of the job that renews what is due. */
export const renewJob = 'renew-certificates';
