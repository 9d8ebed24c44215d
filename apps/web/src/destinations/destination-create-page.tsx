import { OptionedCreatePage } from '../ui/optioned-create-page.js';
import { destinationKind } from './destination-kind.js';

export const DestinationCreatePage = () => <OptionedCreatePage kind={destinationKind} lead="It is reached, written to and cleaned again before it is saved." />;
