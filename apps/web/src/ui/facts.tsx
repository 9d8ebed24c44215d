import { DataList } from '@mantine/core';
import type { ReactNode } from 'react';

/** Terms and what is known of them; a term without a value is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <DataList labelWidth="150px">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([term, value]) => (
          <DataList.Item key={term}>
            <DataList.ItemLabel>{term}</DataList.ItemLabel>
            <DataList.ItemValue className="breaks">{value}</DataList.ItemValue>
          </DataList.Item>
        ))}
    </DataList>
  );
}
