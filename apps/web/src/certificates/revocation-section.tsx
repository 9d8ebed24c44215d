import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { checkRevocationOperation, getRevocationCheckOperation, type CertificateView, type RevocationCheckRecord } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { sentence } from '../ui/refusal.js';
import { Section } from '../ui/section.js';
import { Loaded } from '../ui/states.js';
import { dateTimeText, momentText } from '../ui/time.js';
import { ReleaseDialog } from './release-dialog.js';
import { checkWords, isHeld, reasonLabels, revocationWords, saidByWords, stepWords } from './revocation-words.js';
import { useMayChange } from './use-may-change.js';

/** Whether a certificate is revoked, who says so, and what can be done about it. */
export function RevocationSection({ certificate }: { certificate: CertificateView }) {
  const { id, revocation } = certificate;
  const { canWrite } = useMe();
  const mayChange = useMayChange(certificate);
  const check = useQuery({ queryKey: ['revocation-check', id], queryFn: ({ signal }) => api.call(getRevocationCheckOperation, { params: { id }, signal }) });
  const [isReleasing, release] = useDisclosure();
  const asking = useMutation({
    mutationFn: () => api.call(checkRevocationOperation, { params: { id } }),
    onSuccess: (answer) => notifyDone(`The answer: ${checkWords[answer.status].word}`),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Section
      title="Revocation"
      actions={
        mayChange && (
          <>
            {isHeld(certificate) && (
              <Button size="xs" leftSection={<Icon name="check" />} onClick={release.open}>
                Release
              </Button>
            )}
            {canWrite && (
              <Button size="xs" variant="default" leftSection={<Icon name="refresh" />} loading={asking.isPending} onClick={() => asking.mutate()}>
                Check revocation
              </Button>
            )}
          </>
        )
      }
    >
      {isHeld(certificate) && (
        <Alert role="note" color="orange" variant="light" icon={<Icon name="pending" />} title="It is on hold">
          Clients that check revocation refuse it until it is released. It can be revoked for good instead.
        </Alert>
      )}
      <Facts
        facts={[
          ['State', <StateWord key="state" {...revocationWords(certificate)} />],
          ['Since', typeof revocation?.at === 'string' ? momentText(revocation.at) : null],
          ['Reason', typeof revocation?.reason === 'string' ? (reasonLabels[revocation.reason] ?? revocation.reason) : null],
        ]}
      />
      <Loaded query={check}>{({ check: last }) => <Check check={last} />}</Loaded>
      {isReleasing && <ReleaseDialog certificate={certificate} close={release.close} />}
    </Section>
  );
}

function Check({ check }: { check: RevocationCheckRecord | null }) {
  if (check === null)
    return (
      <Text size="sm" c="dimmed">
        Its authority was not asked yet.
      </Text>
    );
  const { status, saidBy, checkedAt, revokedAt, crlReason, steps } = check;
  return (
    <>
      <Facts
        facts={[
          ['Last answer', <StateWord key="answer" {...checkWords[status]} />],
          ['Said by', saidBy === null ? 'nobody: no address gave a valid answer' : saidByWords[saidBy]],
          ['Asked', momentText(checkedAt)],
          ['Revoked', revokedAt === null ? null : dateTimeText(revokedAt)],
          ['Its reason', crlReason === null ? null : (reasonLabels[crlReason] ?? crlReason)],
        ]}
      />
      {steps.length > 0 && <Steps steps={steps} />}
    </>
  );
}

/** Every address that was asked, and what came of it. */
function Steps({ steps }: { steps: RevocationCheckRecord['steps'] }) {
  return (
    <Stack gap="sm" component="ol" m={0} pl={0} aria-label="Addresses that were asked" style={{ listStyle: 'none' }}>
      {steps.map(({ method, url, outcome, detail, thisUpdate, nextUpdate }, index) => (
        <Stack key={index} component="li" gap={2}>
          <Group gap="xs">
            <Text size="sm" fw={500}>
              {method === 'ocsp' ? 'OCSP' : 'CRL'}
            </Text>
            <StateWord {...stepWords[outcome]} />
          </Group>
          <Text size="xs" c="dimmed" className="breaks">
            {url}
          </Text>
          <Text size="sm" className="breaks">
            {sentence(detail)}
          </Text>
          {thisUpdate !== null && (
            <Text size="xs" c="dimmed">
              made {dateTimeText(thisUpdate)}
              {nextUpdate !== null && `, holds until ${dateTimeText(nextUpdate)}`}
            </Text>
          )}
        </Stack>
      ))}
    </Stack>
  );
}
