import { CrlPlaceHandlers } from './crl-place.handlers.js';
import { CrlPlaceTrail } from './crl-place-trail.js';
import { CrlPlaceRepository } from './crl-place.repository.js';
import { CrlPublisher } from './crl-publisher.js';
import { PublishLists } from './publish-lists.js';
import { ReadList } from './read-list.js';
import { SetCrlPlaces } from './set-crl-places.js';

/** Revocation lists at destinations. */
export const crlParts = { controllers: [CrlPlaceHandlers], providers: [CrlPlaceRepository, CrlPublisher, PublishLists, ReadList, SetCrlPlaces, CrlPlaceTrail] };
