import { notifications } from '@mantine/notifications';
import { sentenceOf } from '@sifaka/api-client';
import { toAppError } from '@sifaka/kernel';

export const notifyDone = (message: string): unknown => notifications.show({ message, color: 'teal', withBorder: true });

/** For actions without a form of their own, such as a switch. */
export const notifyRefused = (error: unknown): unknown =>
  notifications.show({
    title: 'That did not work',
    message: sentenceOf(toAppError(error)),
    color: 'red',
    withBorder: true,
    autoClose: 12_000,
  });
