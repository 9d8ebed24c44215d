import { getMeOperation, loginOperation, logoutOperation, type UserView } from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import { removeSession, writeSession } from '../session-file.js';
import type { Terminal } from '../terminal.js';

const fields = {
  Username: (user: UserView) => user.username,
  'E-mail': (user: UserView) => user.email,
  Roles: (user: UserView) => user.roles.map(({ name }) => name),
};

export function sessionCommands(program: Command, terminal: Terminal): void {
  define(program, terminal, {
    name: 'login',
    summary: 'log in and remember it; the password is asked for, or read from standard input',
    options: [['-u, --username <name>', 'username or e-mail address']],
    schema: z.object({ username: z.string().optional() }),
    async run({ api, url }, options) {
      const username = options.username ?? (await terminal.ask('Username: '));
      const password = await terminal.askSecret('Password: ');
      const { token } = await api.call(loginOperation, { body: { username, password } });
      const path = await writeSession(terminal.env, { url, token });
      terminal.say(`Logged in to ${url} as ${username}; the token is in ${path}`);
    },
  });
  define(program, terminal, {
    name: 'logout',
    summary: 'end the login and forget it',
    schema: z.object({}),
    async run({ api }) {
      await api.call(logoutOperation).finally(() => removeSession(terminal.env));
      terminal.say('Logged out');
    },
  });
  define(program, terminal, {
    name: 'whoami',
    summary: 'who the token speaks for',
    schema: z.object({}),
    run: async (context) => context.object(await context.api.call(getMeOperation), fields),
  });
}
