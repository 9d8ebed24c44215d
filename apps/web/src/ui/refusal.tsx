import { Alert, List } from '@mantine/core';
import { toAppError } from '@sifaka/kernel';
import { Icon } from './icons.js';

/**
 * Why the server refused, read out at once by screen readers. Fields that a form shows beside its inputs are named in `shown` and left out.
 */
export function Refusal({ error, shown = [] }: { error: unknown; shown?: readonly string[] }) {
  if (error === null || error === undefined) return null;
  const { message, fields = [] } = toAppError(error);
  const rest = fields.filter(({ path }) => !shown.includes(path));
  const title = fields.length === 0 ? message : rest.length === 0 ? 'Some fields need another look.' : 'The request was refused.';
  return (
    <Alert role="alert" color="red" variant="light" icon={<Icon name="warning" />} title={sentence(title)}>
      {rest.length > 0 && (
        <List size="sm">
          {rest.map(({ path, message: reason }) => (
            <List.Item key={path}>{path === '' ? reason : `${path}: ${reason}`}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

/** The API's words begin small: they also stand behind a field's name. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
