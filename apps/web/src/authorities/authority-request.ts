import type { RequestOf } from '@sifaka/api-client';
import type { createAuthorityOperation } from '@sifaka/contracts';
import { byFirstPart, type FieldOf } from '../ui/form-refusal.js';
import { signingAlgorithmOf } from '../ui/key-types.js';
import { pluginOptionsPath } from '../ui/plugin-input.js';
import { emptySubject, subjectFields, type Subject } from '../ui/subject.js';

export interface AuthorityForm extends Subject {
  type: 'root' | 'subca';
  parent: string | null;
  name: string;
  commonName: string;
  owner: string;
  description: string;
  keyType: string;
  years: number | string;
  /** How many authorities may stand below; empty sets no limit. */
  pathLength: string;
  plugin: string | null;
}

export const emptyForm: AuthorityForm = {
  type: 'root',
  parent: null,
  name: '',
  commonName: '',
  owner: '',
  description: '',
  keyType: 'ECCPRIME256V1',
  years: 10,
  pathLength: '',
  plugin: null,
  ...emptySubject,
};

const fieldNames = [
  'type',
  'parent',
  'name',
  'commonName',
  'owner',
  'description',
  'keyType',
  'years',
  'pathLength',
  'plugin',
  ...subjectFields,
];

const fieldOfForm = byFirstPart(fieldNames, {
  validityYears: 'years',
  validityEnd: 'years',
  validity: 'years',
  signingAlgorithm: 'keyType',
  'extensions.basicConstraints': 'pathLength',
});

/** Options of the issuer have inputs of their own. */
export const fieldOf: FieldOf = (path) => (path.startsWith(`${pluginOptionsPath}.`) ? null : fieldOfForm(path));

type AuthorityBody = RequestOf<typeof createAuthorityOperation>['body'];

export function requestOf(form: AuthorityForm, plugin: AuthorityBody['plugin']): AuthorityBody {
  const { parent, years, pathLength, plugin: _, commonName, ...rest } = form;
  return {
    ...rest,
    commonName: commonName === '' ? rest.name.slice(0, 64) : commonName,
    validityYears: years === '' ? null : Number(years),
    signingAlgorithm: signingAlgorithmOf(rest.keyType),
    plugin,
    ...(rest.type === 'subca' && parent !== null && { parent: { id: Number(parent) } }),
    ...(pathLength !== '' && { extensions: { basicConstraints: { ca: true, path_length: Number(pathLength) } } }),
  };
}
