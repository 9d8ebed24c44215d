import { describe, expect, it } from '@jest/globals';
import { aDestinationRecord, at } from '../test/records.js';
import { destinationView } from './destination.view.js';

describe('a destination as clients see it', () => {
  it('has the keys that Lemur gave it, and says so while it is being deleted', () => {
    expect(Object.keys(destinationView(aDestinationRecord({ id: 7 })))).toEqual(['id', 'label', 'description', 'options', 'plugin']);
    expect(destinationView(aDestinationRecord({ id: 7, deletingSince: at }))).toMatchObject({ id: 7, deletingSince: at });
  });

  it('shows no secret, whatever the service sends', () => {
    expect(JSON.stringify(destinationView(aDestinationRecord({ id: 7 })))).not.toContain('Tr0ub4dor');
  });
});
