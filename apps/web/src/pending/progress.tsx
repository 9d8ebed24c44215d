import { Anchor, Text, Timeline } from '@mantine/core';
import type { PendingCertificateView } from '@sifaka/contracts';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon, type IconName } from '../ui/icons.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { attemptsText, waitsFor } from './pending-state.js';

interface Step {
  title: string;
  icon: IconName;
  color?: string;
  isDone: boolean;
  details: ReactNode[];
}

/** What has happened, what happens now, and what comes next. */
export function Progress({ pending }: { pending: PendingCertificateView }) {
  const steps = stepsOf(pending);
  return (
    <Timeline active={steps.filter(({ isDone }) => isDone).length - 1} bulletSize={26} lineWidth={2}>
      {steps.map(({ title, icon, color, details }) => (
        <Timeline.Item key={title} title={title} bullet={<Icon name={icon} size={14} />} color={color}>
          {details.map((detail, index) => (
            <Text key={index} size="sm" c="dimmed" component="div" className="breaks">
              {detail}
            </Text>
          ))}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function stepsOf(pending: PendingCertificateView): Step[] {
  const { dateCreated, user, state, settledBy, until } = pending;
  const requested: Step = {
    title: 'Requested',
    icon: 'plus',
    isDone: true,
    details: [`${dateTimeText(dateCreated)}${user === null ? '' : `, by ${user.email}`}`],
  };
  const isWaiting = state === 'waiting';
  const hasTried = settledBy !== 'upload';
  const tried: Step[] = hasTried ? [{ title: isWaiting ? 'At the authority now' : 'At the authority', icon: 'authority', isDone: true, details: tries(pending) }] : [];
  const by: Step = { title: isWaiting ? 'Waiting for the signed certificate' : 'Signed elsewhere', icon: 'upload', isDone: true, details: isWaiting ? [waitsFor(pending), ...wordsOf(pending)] : [] };
  const end = endOf(pending);
  return [requested, ...tried, ...(hasTried ? [] : [by]), end ?? { title: 'Issued', icon: 'certificate', isDone: false, details: [`At the latest ${relativeText(until)}, on ${dateTimeText(until)}: then it is given up`] }];
}

function tries(pending: PendingCertificateView): ReactNode[] {
  const { numberAttempts, nextTryAt, state } = pending;
  return [
    ...(state === 'waiting' ? [waitsFor(pending)] : []),
    ...(numberAttempts === 0 ? [] : [attemptsText(numberAttempts)]),
    ...(state === 'resolved' ? [] : wordsOf(pending)),
    ...(state === 'waiting' && nextTryAt !== null ? [`Next try ${relativeText(nextTryAt)}, ${dateTimeText(nextTryAt)}`] : []),
  ];
}

/** The other side's own words: they are what its support wants to hear. */
function wordsOf({ lastError, status }: PendingCertificateView): ReactNode[] {
  return [
    ...(status !== null && status !== lastError ? [status] : []),
    ...(lastError === null
      ? []
      : [
          <Text key="error" size="sm" c="var(--mantine-color-error)" span>
            Last error: {lastError}
          </Text>,
        ]),
  ];
}

function endOf({ state, resolvedCertId, lastUpdated, lastError }: PendingCertificateView): Step | null {
  const at = dateTimeText(lastUpdated);
  switch (state) {
    case 'resolved':
      return {
        title: 'Issued',
        icon: 'certificate',
        color: 'teal',
        isDone: true,
        details: [
          at,
          resolvedCertId !== null && (
            <Anchor component={Link} to={`/certificates/${resolvedCertId}`} size="sm">
              Open the certificate
            </Anchor>
          ),
        ],
      };
    case 'failed':
      return { title: 'Failed', icon: 'close', color: 'red', isDone: true, details: [at, ...(lastError === null ? [] : [lastError])] };
    case 'cancelled':
      return { title: 'Cancelled', icon: 'ban', color: 'gray', isDone: true, details: [at] };
    default:
      return null;
  }
}
