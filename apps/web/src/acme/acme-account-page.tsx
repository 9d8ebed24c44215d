import { Button, Group, Stack, Text } from '@mantine/core';
import { listAcmeAccountsOperation, type AcmeAccountView } from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { ContactDialog, DeactivateDialog, RollOverDialog } from './account-dialogs.js';

const stateColors: Readonly<Record<AcmeAccountView['status'], string>> = { opening: 'blue', valid: 'teal', deactivated: 'gray', revoked: 'red' };

const columns: Column<AcmeAccountView>[] = [
  {
    title: 'Authority',
    cell: ({ authority, directoryUrl }) => <NameCell name={authority} detail={directoryUrl} />,
  },
  {
    title: 'State',
    cell: ({ status, lastError }) => (
      <Stack gap={2} maw={320}>
        <StateWord word={status} color={stateColors[status]} />
        {lastError !== null && <ErrorText lineClamp={4}>{lastError}</ErrorText>}
      </Stack>
    ),
  },
  { title: 'Contact', cell: ({ email }) => <Text size="sm">{email ?? 'none'}</Text> },
  {
    title: 'Key',
    cell: ({ keyType, hasExternalBinding }) => (
      <Stack gap={0}>
        <Text size="sm">{keyType}</Text>
        {hasExternalBinding && (
          <Text size="xs" c="dimmed">
            bound to an external account
          </Text>
        )}
      </Stack>
    ),
  },
];

type Choice = { action: 'contact' | 'rollover' | 'deactivate'; account: AcmeAccountView };

export function AcmeAccountPage() {
  const state = useListState();
  const [chosen, choose] = useState<Choice | null>(null);
  const authority = state.value('text');
  const query = { ...windowOf(state, 'id'), authority: authority === '' ? undefined : authority };
  const accounts = useList('acme-accounts', query, (signal) => api.call(listAcmeAccountsOperation, { query, signal }));
  return (
    <ListPage
      title="ACME accounts"
      lead="Accounts of authorities at ACME CAs. Their keys are made in the key vault and stay there"
      filters={<SearchBar of="ACME accounts" state={state} description="The whole name of an authority" />}
      columns={[...columns, actionsColumn(choose)]}
      list={accounts}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={authority !== ''}
      hint="Accounts are found by the whole name of their authority."
      none={
        <Empty icon="account" title="No ACME accounts yet">
          An authority of an ACME issuer opens one when it is created.
        </Empty>
      }
    >
      {chosen?.action === 'contact' && <ContactDialog account={chosen.account} close={() => choose(null)} />}
      {chosen?.action === 'rollover' && <RollOverDialog account={chosen.account} close={() => choose(null)} />}
      {chosen?.action === 'deactivate' && <DeactivateDialog account={chosen.account} close={() => choose(null)} />}
    </ListPage>
  );
}

const actionsColumn = (choose: (choice: Choice) => void): Column<AcmeAccountView> => ({
  title: 'Actions',
  isTitleHidden: true,
  cell: (account) =>
    account.status === 'valid' && (
      <Group gap="xs" wrap="nowrap" justify="flex-end">
        <Button size="compact-sm" variant="default" onClick={() => choose({ action: 'contact', account })} aria-label={`Contact of ${account.authority}`}>
          Contact
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => choose({ action: 'rollover', account })} aria-label={`New key for ${account.authority}`}>
          New key
        </Button>
        <Button size="compact-sm" variant="default" c="red" onClick={() => choose({ action: 'deactivate', account })} aria-label={`Deactivate ${account.authority}`}>
          Deactivate
        </Button>
      </Group>
    ),
});
