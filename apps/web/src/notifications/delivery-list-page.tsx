import { Group } from '@mantine/core';
import { deliveryStates, messageTypes } from '@sifaka/contracts';
import { ListPage } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Filter } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { DeliveryDialog } from './delivery-dialog.js';
import { stateWords, typeWords } from './delivery-state.js';
import { columns, useDeliveries } from './delivery-table.js';
import { RetryFailedButton } from './retry-failed-button.js';

const states = [{ value: '', label: 'Any state' }, ...deliveryStates.map((value) => ({ value, label: stateWords[value] }))];
const types = [{ value: '', label: 'Any message' }, ...messageTypes.map((value) => ({ value, label: typeWords[value] }))];

export function DeliveryListPage() {
  const state = useListState();
  const chosenState = deliveryStates.find((name) => name === state.value('state'));
  const chosenType = messageTypes.find((name) => name === state.value('type'));
  const deliveries = useDeliveries({ ...windowOf(state, 'id'), state: chosenState, type: chosenType });
  const shown = Number(state.value('show'));
  return (
    <ListPage
      title="Deliveries"
      lead="Every message of the platform: to whom, whether it arrived, and what went wrong"
      actions={<RetryFailedButton notificationId={null} />}
      filters={
        <Group>
          <Filter state={state} name="state" label="State" choices={states} />
          <Filter state={state} name="type" label="Message" choices={types} />
        </Group>
      }
      columns={columns}
      list={deliveries}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={chosenState !== undefined || chosenType !== undefined}
      hint="Choose another state or message."
      none={
        <Empty icon="delivery" title="Nothing was sent yet">
          Messages are sent before certificates end, and when something about them goes wrong.
        </Empty>
      }
    >
      {Number.isInteger(shown) && shown > 0 && <DeliveryDialog id={shown} close={() => state.set({ show: '' })} />}
    </ListPage>
  );
}
