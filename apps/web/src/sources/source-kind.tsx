import { createSourceOperation, deleteSourceOperation, testSourceOperation, trySourceOperation, updateSourceOperation, type SourceView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import type { OptionedKind } from '../ui/optioned.js';
import { SourceFields } from './source-fields.js';
import { emptySource, fieldOf, formOf, requestOf, type SourceForm } from './source-request.js';

export const sourceKind: OptionedKind<SourceView, SourceForm> = {
  type: 'source',
  title: 'Source',
  parent: { title: 'Sources', to: '/sources' },
  words: {
    description: 'Which account, which network',
    plugin: 'Where certificates are looked for',
  },
  test: { title: 'Test connection', icon: 'check' },
  empty: emptySource,
  formOf,
  fieldOf,
  more: (form, isKept) => <SourceFields form={form} isKept={isKept} />,
  calls: {
    try: (plugin) => api.call(trySourceOperation, { body: { plugin } }),
    create: (values, plugin, idempotencyKey) => api.call(createSourceOperation, { body: requestOf(values, plugin), idempotencyKey }),
    update: (id, values, plugin) => api.call(updateSourceOperation, { params: { id }, body: requestOf(values, plugin) }),
    test: (id) => api.call(testSourceOperation, { params: { id } }),
    delete: (id) => api.call(deleteSourceOperation, { params: { id } }),
  },
};
