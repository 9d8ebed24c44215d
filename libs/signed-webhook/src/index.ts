export { signatureHeader, signatureHeaders, signatureOf, timestampHeader, verify, type SignedMessage, type Verdict } from './signature.js';
