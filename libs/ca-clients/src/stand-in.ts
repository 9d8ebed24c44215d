export { startAdcs } from './stand-in/adcs.js';
export { account as adcsAccount } from './stand-in/adcs-login.js';
export { apiKey as digicertApiKey, startDigicert } from './stand-in/digicert.js';
export { startDigicertCis, cisApiKey } from './stand-in/digicert-cis.js';
export { startEntrust, subjectOf } from './stand-in/entrust.js';
export { refusal as viceRefusal, response as viceResponse, startVerisign } from './stand-in/verisign.js';
