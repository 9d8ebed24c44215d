import type { RequestOf } from '@sifaka/api-client';
import type { createDnsProviderOperation, DnsProviderView } from '@sifaka/contracts';
import { byFirstPart, type FieldOf } from '../ui/form-refusal.js';

/** Where the options of the type stand in the request. */
export const optionsPath = 'providerType.requirements';

export interface DnsProviderForm {
  name: string;
  description: string;
  type: string | null;
  nameservers: string[];
  /** A name to try it with before it is saved; never saved itself. */
  probe: string;
}

export const emptyForm: DnsProviderForm = { name: '', description: '', type: null, nameservers: [], probe: '' };

const names: FieldOf = byFirstPart(['name', 'description', 'type', 'nameservers'], { providerType: 'type' });

/** Options have inputs of their own. */
export const fieldOf: FieldOf = (path) => (path.startsWith(`${optionsPath}.`) ? null : names(path));

/** The test has a name as well: the one it is tried with. */
export const fieldOfTest: FieldOf = (path) => (path === 'name' ? 'probe' : fieldOf(path));

type Requirements = NonNullable<RequestOf<typeof createDnsProviderOperation>['body']['providerType']['requirements']>;

export const typeOf = (type: string | null, requirements: Requirements) => ({ name: type ?? '', requirements });

/** @param requirements the options of the type; of one that exists, secrets that stay are null */
export const requestOf = ({ name, description, type, nameservers }: DnsProviderForm, requirements: Requirements) => ({
  name,
  description,
  providerType: typeOf(type, requirements),
  nameservers,
});

/** The form of one that exists. Its secrets are not known here. */
export const formOf = ({ name, description, providerType, nameservers }: DnsProviderView): DnsProviderForm => ({
  name,
  description,
  type: providerType,
  nameservers,
  probe: '',
});
