/** The job that looks at endpoints whose time has come. */
export const checkDueEndpoints = 'check-endpoints';
