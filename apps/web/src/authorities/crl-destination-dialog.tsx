import { useForm } from '@mantine/form';
import { setCrlDestinationsOperation, type AuthorityView, type PublicationView } from '@sifaka/contracts';
import { chosenIds, refsOf } from '../certificates/certificate-edit.js';
import { DestinationSelect } from '../destinations/destination-select.js';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';

interface CrlDestinationDialogProps {
  authority: AuthorityView;
  places: PublicationView['destinations'];
  close: () => void;
}

const fieldOf = byFirstPart(['destinations']);

export function CrlDestinationDialog({ authority: { id, name }, places, close }: CrlDestinationDialogProps) {
  const chosen = places.map(({ destination }) => destination);
  const form = useForm({ initialValues: { destinations: chosenIds(chosen) } });
  return (
    <FormDialog
      title={`Where the lists of ${name} go`}
      done="Its lists go there from now on"
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={({ destinations }) => api.call(setCrlDestinationsOperation, { params: { id }, body: { destinations: refsOf(destinations) } })}
    >
      <DestinationSelect
        description="They get every new list, besides being served here. Object stores and file servers can take lists"
        chosen={chosen}
        {...form.getInputProps('destinations')}
      />
    </FormDialog>
  );
}
