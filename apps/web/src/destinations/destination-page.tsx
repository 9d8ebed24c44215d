import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  deleteDestinationOperation,
  getDestinationOperation,
  listDestinationDeploymentsOperation,
  testDestinationOperation,
  type DestinationView,
} from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { DeploymentTable } from '../deployments/deployment-table.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { TestDialog } from '../ui/test-report.js';
import { usePlugins } from '../ui/use-plugins.js';
import { EditDialog } from './edit-dialog.js';

const parent = { title: 'Destinations', to: '/destinations' };

export function DestinationPage() {
  const id = Number(useParams().id);
  const destination = useQuery({
    queryKey: ['destination', id],
    queryFn: ({ signal }) => api.call(getDestinationOperation, { params: { id }, signal }),
  });
  return (
    <ObjectPage query={destination} title="Destination" parent={parent}>
      {(data) => <Details key={id} destination={data} />}
    </ObjectPage>
  );
}

function Details({ destination }: { destination: DestinationView }) {
  const { id, label, description, plugin, options } = destination;
  const { isAdmin } = useMe();
  return (
    <Page title={label} parent={parent} lead={description} actions={isAdmin && <Actions destination={destination} />}>
      <Section title="Access">
        <OptionFacts title={plugin.title} options={options} />
      </Section>
      <Section title="Deployments">
        <DeploymentTable
          of={`destination-${id}`}
          subject="certificate"
          load={(query, signal) => api.call(listDestinationDeploymentsOperation, { params: { id }, query, signal })}
          mayRetry={isAdmin}
          none="No certificate was put here yet. Choose this destination when a certificate is requested, uploaded or edited."
        />
      </Section>
    </Page>
  );
}

function Actions({ destination }: { destination: DestinationView }) {
  const { id, label } = destination;
  const plugins = usePlugins('destination');
  const [testing, test] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  return (
    <>
      <Button leftSection={<Icon name="check" />} onClick={test.open}>
        Test connection
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open} disabled={plugins.data === undefined}>
        Edit
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog name={label} test={() => api.call(testDestinationOperation, { params: { id } })} close={test.close} />}
      {editing && plugins.data !== undefined && <EditDialog destination={destination} plugins={plugins.data.items} close={edit.close} />}
      {deleting && (
        <DeleteDialog
          name={label}
          queryKey={['destination', id]}
          parent={parent.to}
          warning="Its certificates are taken away from there first"
          force={{
            label: 'Even if certificates cannot be taken away',
            description: 'They stay there; the audit log names them',
          }}
          remove={(force) => api.call(deleteDestinationOperation, { params: { id }, query: force ? { force } : {} })}
          close={remove.close}
        >
          Certificates that are valid are removed from the destination, where its plugin can do that, then its credentials are forgotten. The certificates themselves
          stay in the inventory. Endpoints that it serves can no longer be rotated through it.
        </DeleteDialog>
      )}
    </>
  );
}
