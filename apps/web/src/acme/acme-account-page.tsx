import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listAcmeAccountsOperation, type AcmeAccountView } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../session/api.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { ContactDialog, DeactivateDialog, RollOverDialog } from './account-dialogs.js';

const stateColors: Readonly<Record<AcmeAccountView['status'], string>> = { opening: 'blue', valid: 'teal', deactivated: 'gray', revoked: 'red' };

const columns: Column<AcmeAccountView>[] = [
  {
    title: 'Authority',
    cell: ({ authority, directoryUrl }) => (
      <Stack gap={0} maw={380}>
        <Text size="sm" fw={500} className="breaks">
          {authority}
        </Text>
        <Text size="xs" c="dimmed" className="breaks">
          {directoryUrl}
        </Text>
      </Stack>
    ),
  },
  {
    title: 'State',
    cell: ({ status, lastError }) => (
      <Stack gap={2} maw={320}>
        <Badge variant="light" radius="sm" miw="max-content" w="fit-content" color={stateColors[status]}>
          {status}
        </Badge>
        {lastError !== null && (
          <Text size="xs" className="breaks" c="var(--mantine-color-error)" lineClamp={4} title={lastError}>
            {lastError}
          </Text>
        )}
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
  const [text, setText] = useState(state.value('text'));
  const [chosen, choose] = useState<Choice | null>(null);
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  const authority = state.value('text');
  const query = { ...windowOf(state, 'id'), authority: authority === '' ? undefined : authority };
  const accounts = useQuery({
    queryKey: ['acme-accounts', query],
    queryFn: ({ signal }) => api.call(listAcmeAccountsOperation, { query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="ACME accounts" lead="Accounts of authorities at ACME CAs. Their keys are made in the key vault and stay there">
      <TextInput
        label="Search"
        description="The whole name of an authority"
        leftSection={<Icon name="search" />}
        maw={420}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <DataTable
        label="ACME accounts"
        columns={[...columns, actionsColumn(choose)]}
        query={accounts}
        rowKey={({ id }) => id}
        state={state}
        empty={
          authority === '' ? (
            <Empty icon="account" title="No ACME accounts yet">
              An authority of an ACME issuer opens one when it is created.
            </Empty>
          ) : (
            <Empty icon="search" title="Nothing matches">
              Accounts are found by the whole name of their authority.
            </Empty>
          )
        }
      />
      {chosen?.action === 'contact' && <ContactDialog account={chosen.account} close={() => choose(null)} />}
      {chosen?.action === 'rollover' && <RollOverDialog account={chosen.account} close={() => choose(null)} />}
      {chosen?.action === 'deactivate' && <DeactivateDialog account={chosen.account} close={() => choose(null)} />}
    </Page>
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
