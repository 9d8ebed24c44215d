import { z } from 'zod';
import { text } from './field.js';
import { operation } from './operation.js';
import { UserView } from './user.js';
import { Acknowledged } from './view.js';

const tag = 'auth';

export const LoginInput = z.object({ username: text(255), password: text(4_096) });

export const loginOperation = operation('login', 'POST', '/auth/login', {
  tag,
  summary: 'Log in with a username or e-mail address and a password',
  access: 'anonymous',
  body: LoginInput,
  response: z.object({ token: z.string() }),
  errors: [429],
  holdsSecret: true,
});
export const logoutOperation = operation('logout', 'POST', '/auth/logout', {
  tag,
  summary: 'End the login: its token is refused from now on',
  access: 'authenticated',
  response: Acknowledged,
});
export const getMeOperation = operation('getMe', 'GET', '/auth/me', {
  tag,
  summary: 'The user of the token',
  access: 'authenticated',
  response: UserView,
});
export const listProvidersOperation = operation('listProviders', 'GET', '/auth/providers', {
  tag,
  summary: 'Single sign-on providers that are switched on',
  access: 'anonymous',
  response: z.array(z.record(z.string(), z.json())),
});
export const healthcheckOperation = operation('healthcheck', 'GET', '/healthcheck', {
  tag: 'health',
  summary: '`ok` while the platform can answer; 503 otherwise',
  access: 'anonymous',
  response: z.string(),
  mediaType: 'text/html',
});

export const authOperations = [loginOperation, logoutOperation, getMeOperation, listProvidersOperation, healthcheckOperation] as const;
