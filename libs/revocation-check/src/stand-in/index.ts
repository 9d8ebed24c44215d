export { StandInAuthority, type StandInCertificate, type StandInTerms } from './stand-in-authority.js';
export { StandInServer } from './stand-in-server.js';
