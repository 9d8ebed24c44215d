export { AwsSession, type AwsClientConfig } from './aws-session.js';
export { accountNumber, awsOptions, type AwsOptions } from './aws-options.js';
export { awsFault } from './aws-fault.js';
export { AwsJsonApi, type AwsJsonApiSettings } from './aws-json-api.js';
