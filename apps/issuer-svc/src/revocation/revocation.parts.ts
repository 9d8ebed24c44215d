import { AnswerOcsp } from './answer-ocsp.js';
import { CrlRepository } from './crl.repository.js';
import { KrlRepository } from './krl.repository.js';
import { MakeCrls } from './make-crls.js';
import { OcspRepository } from './ocsp.repository.js';
import { OcspResponderRepository } from './ocsp-responder.repository.js';
import { OcspResponders } from './ocsp-responders.js';
import { PublicationAddresses } from './publication-addresses.js';
import { PublicationHandlers } from './publication.handlers.js';
import { PublicationRepository } from './publication.repository.js';
import { PublishCrl } from './publish-crl.js';
import { PublishingAuthorities } from './publishing-authorities.js';
import { ReadKeyRevocationList } from './read-key-revocation-list.js';
import { PublishNow, ReadCrls, ReadPublication } from './read-publication.js';
import { RecordRevocation } from './record-revocation.js';
import { RefreshOcsp } from './refresh-ocsp.js';
import { RenewResponders } from './renew-responders.js';
import { RevocationHandlers } from './revocation.handlers.js';
import { RevocationRepository } from './revocation.repository.js';
import { SignLong } from './sign-long.js';
import { SignOcsp } from './sign-ocsp.js';

export const revocationControllers = [RevocationHandlers, PublicationHandlers];

/** Lists of revoked SSH keys; lists and answers about X.509 certificates. */
export const revocationProviders = [
  ...[KrlRepository, ReadKeyRevocationList],
  ...[PublicationRepository, PublishingAuthorities, PublicationAddresses, ReadPublication],
  ...[RevocationRepository, RecordRevocation],
  ...[CrlRepository, SignLong, MakeCrls, PublishCrl, PublishNow, ReadCrls],
  ...[OcspRepository, OcspResponderRepository, OcspResponders, SignOcsp, AnswerOcsp, RefreshOcsp, RenewResponders],
];
