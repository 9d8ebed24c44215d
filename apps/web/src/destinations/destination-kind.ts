import {
  createDestinationOperation,
  deleteDestinationOperation,
  testDestinationOperation,
  tryDestinationOperation,
  updateDestinationOperation,
  type DestinationView,
} from '@sifaka/contracts';
import { api } from '../session/api.js';
import { emptyOptioned, fieldOfOptioned, formOfOptioned, requestOfOptioned, type OptionedForm, type OptionedKind } from '../ui/optioned.js';

export const destinationKind: OptionedKind<DestinationView, OptionedForm> = {
  type: 'destination',
  title: 'Destination',
  parent: { title: 'Destinations', to: '/destinations' },
  words: {
    description: 'Which servers, whose account, what reads the files',
    plugin: 'How certificates get there',
  },
  test: { title: 'Test connection', icon: 'check' },
  empty: emptyOptioned,
  formOf: formOfOptioned,
  fieldOf: fieldOfOptioned(),
  calls: {
    try: (plugin) => api.call(tryDestinationOperation, { body: { plugin } }),
    create: (values, plugin, idempotencyKey) => api.call(createDestinationOperation, { body: requestOfOptioned(values, plugin), idempotencyKey }),
    update: (id, values, plugin) => api.call(updateDestinationOperation, { params: { id }, body: requestOfOptioned(values, plugin) }),
    test: (id) => api.call(testDestinationOperation, { params: { id } }),
    delete: (id, force) => api.call(deleteDestinationOperation, { params: { id }, query: force ? { force } : {} }),
  },
};
