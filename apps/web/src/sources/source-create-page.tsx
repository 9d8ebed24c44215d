import { OptionedCreatePage } from '../ui/optioned-create-page.js';
import { sourceKind } from './source-kind.js';

export const SourceCreatePage = () => <OptionedCreatePage kind={sourceKind} lead="It is reached before it is saved, and looked at in the background then." />;
