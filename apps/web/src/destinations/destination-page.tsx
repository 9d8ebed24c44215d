import { getDestinationOperation, listDestinationDeploymentsOperation, type DestinationView } from '@sifaka/contracts';
import { DeploymentTable } from '../deployments/deployment-table.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { OptionedActions } from '../ui/optioned-actions.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { destinationKind } from './destination-kind.js';

const { parent } = destinationKind;

export function DestinationPage() {
  return (
    <ObjectPage
      of="destination"
      title="Destination"
      parent={parent}
      load={(id, signal) => api.call(getDestinationOperation, { params: { id }, signal })}
    >
      {(destination) => <Details destination={destination} />}
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
  return (
    <OptionedActions
      kind={destinationKind}
      object={destination}
      deletion={{
        warning: 'Its certificates are taken away from there first',
        force: { label: 'Even if certificates cannot be taken away', description: 'They stay there; the audit log names them' },
        children:
          'Certificates that are valid are removed from the destination, where its plugin can do that, then its credentials are forgotten. The certificates themselves stay in the inventory. Endpoints that it serves can no longer be rotated through it.',
      }}
    />
  );
}
