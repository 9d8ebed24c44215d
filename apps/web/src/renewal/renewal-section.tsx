import { Alert, Button, Group, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { switchCertificateOperation, type CertificateView, type RenewalRecord, type TimelineView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useMayChange } from '../certificates/use-may-change.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { LinkTo } from '../ui/cells.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyRefused } from '../ui/notify.js';
import { sentence } from '../ui/refusal.js';
import { Section } from '../ui/section.js';
import { Loaded } from '../ui/states.js';
import { momentText } from '../ui/time.js';
import { policyText } from './policy-text.js';
import { RenewDialog } from './renew-dialog.js';
import { isReasonTold, stateOf } from './renewal-state.js';
import { EntryTitle } from './timeline.js';
import { useTimeline } from './use-timeline.js';

/** What happens to a certificate next, when and why, and what can be done about it. */
export function RenewalSection({ certificate }: { certificate: CertificateView }) {
  const { id } = certificate;
  const { canWrite } = useMe();
  const mayChange = useMayChange(certificate) && canWrite;
  const timeline = useTimeline(id);
  const [isRenewing, renew] = useDisclosure();
  const state = timeline.data?.renewal.state;
  const isRenewable = certificate.authority !== null && !certificate.deleted && state !== 'running' && state !== 'pending';
  return (
    <Section
      title="What happens next"
      actions={
        mayChange &&
        isRenewable && (
          <Button size="xs" variant="default" leftSection={<Icon name="refresh" />} onClick={renew.open}>
            Renew now
          </Button>
        )
      }
    >
      <Loaded query={timeline}>
        {(data) => (
          <Stack>
            <Trouble renewal={data.renewal} />
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
              <Next timeline={data} />
              <Renewal renewal={data.renewal} isToldBeside={isReasonTold(data.renewal, data.next?.detail ?? null)} />
            </SimpleGrid>
          </Stack>
        )}
      </Loaded>
      <RotationSwitch certificate={certificate} isDisabled={!mayChange} />
      {isRenewing && <RenewDialog certificate={certificate} close={renew.close} />}
    </Section>
  );
}

function Trouble({ renewal: { isLate, lastError, state } }: { renewal: RenewalRecord }) {
  if (state === 'renewed' || state === 'off' || (!isLate && lastError === null)) return null;
  return (
    <Alert role="note" color={isLate ? 'red' : 'orange'} variant="light" icon={<Icon name="warning" />} title={isLate ? 'Its renewal is late' : 'Its last renewal attempt failed'}>
      <Text size="sm" className="breaks">
        {lastError === null ? 'It was not tried yet.' : sentence(lastError)}
      </Text>
    </Alert>
  );
}

function Next({ timeline: { next } }: { timeline: TimelineView }) {
  if (next === null)
    return (
      <Text size="sm" c="dimmed">
        Nothing more happens to it.
      </Text>
    );
  return (
    <Stack gap={4}>
      <EntryTitle entry={next} />
      <Text size="lg" fw={700}>
        {next.at === null ? 'under way' : momentText(next.at)}
      </Text>
      {next.detail !== null && (
        <Text size="sm" className="breaks">
          {sentence(next.detail)}
        </Text>
      )}
    </Stack>
  );
}

/** @param isToldBeside the reason stands beside already, as that of what is next */
function Renewal({ renewal, isToldBeside }: { renewal: RenewalRecord; isToldBeside: boolean }) {
  const { reason, windowStart, plannedAt, lateAt, attempts, nextTryAt, successorId, pendingCertificateId } = renewal;
  const moment = (at: string | null) => (at === null ? null : momentText(at));
  return (
    <Facts
      facts={[
        ['Renewal', <StateWord key="state" {...stateOf(renewal)} />],
        ['Why', reason === '' || isToldBeside ? null : sentence(reason)],
        ['Not before', moment(windowStart)],
        ['Planned', moment(plannedAt)],
        ['Late after', moment(lateAt)],
        ['Attempts', attempts === 0 ? null : String(attempts)],
        ['Next try', moment(nextTryAt)],
        ['Successor', successorId === null ? null : <LinkTo key="successor" to={`/certificates/${successorId}`}>The certificate in its place</LinkTo>],
        ['Requested', pendingCertificateId === null ? null : <LinkTo key="pending" to={`/pending-certificates/${pendingCertificateId}`}>Pending certificate</LinkTo>],
      ]}
    />
  );
}

function RotationSwitch({ certificate: { id, rotation, rotationPolicy }, isDisabled }: { certificate: CertificateView; isDisabled: boolean }) {
  const change = useMutation({
    mutationFn: (wanted: boolean) => api.call(switchCertificateOperation, { params: { id }, body: { rotation: wanted } }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  const policy = rotationPolicy === null ? 'By the policy "default"' : `By the policy ${rotationPolicy.name === undefined ? '' : `"${rotationPolicy.name}": `}${policyText(rotationPolicy)}`;
  return (
    <Group>
      <Switch
        label="Renew before it ends"
        description={`${policy}, or when its authority asks for it earlier`}
        checked={rotation}
        disabled={isDisabled || change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </Group>
  );
}
