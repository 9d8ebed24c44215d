import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { loginOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Mark } from '../ui/icons.js';
import { Refusal } from '../ui/refusal.js';
import { api, queryClient } from './api.js';
import { beginSession, useSession } from './session.js';

interface Credentials {
  username: string;
  password: string;
}

export function LoginPage() {
  useDocumentTitle('Log in · Sifaka');
  const { wasEnded } = useSession();
  const form = useForm<Credentials>({
    initialValues: { username: '', password: '' },
    validate: { username: required('Enter your username or e-mail address'), password: required('Enter your password') },
  });
  const login = useMutation({
    mutationFn: (body: Credentials) => api.call(loginOperation, { body }),
    onSuccess: ({ token }) => {
      queryClient.clear();
      beginSession(token);
    },
    onError: () => form.getInputNode('password')?.focus(),
  });
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w={400} maw="100%" shadow="sm">
        <Stack gap="lg">
          <Stack gap={4} align="center">
            <Mark size={52} />
            <Title order={1}>Sifaka</Title>
            <Text c="dimmed">Log in to your certificates</Text>
          </Stack>
          {wasEnded && !login.isError && (
            <Alert role="status" color="yellow">
              Your session has ended. Log in again to go on.
            </Alert>
          )}
          <Refusal error={login.error} />
          <form onSubmit={form.onSubmit((values) => login.mutate(values))} noValidate>
            <Stack>
              <TextInput
                label="Username or e-mail address"
                autoComplete="username"
                autoFocus
                required
                {...form.getInputProps('username')}
              />
              <PasswordInput label="Password" autoComplete="current-password" required {...form.getInputProps('password')} />
              <Button type="submit" fullWidth loading={login.isPending} mt="xs">
                Log in
              </Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </Center>
  );
}

const required = (message: string) => (value: string) => (value === '' ? message : null);
