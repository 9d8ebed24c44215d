import {
  createRoleOperation,
  createUserOperation,
  listRolesOperation,
  listUsersOperation,
  type RoleView,
  type UserView,
} from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, isId } from '../command.js';
import type { Terminal } from '../terminal.js';

const userColumns = {
  id: (row: UserView) => row.id,
  username: (row: UserView) => row.username,
  'e-mail': (row: UserView) => row.email,
  state: (row: UserView) => (row.active ? 'active' : 'inactive'),
  roles: (row: UserView) => row.roles.map(({ name }) => name),
};

const roleColumns = {
  id: (row: RoleView) => row.id,
  name: (row: RoleView) => row.name,
  members: (row: RoleView) => row.users.map(({ username }) => username),
  description: (row: RoleView) => row.description,
};

const paging = [
  ['-n, --count <rows>', 'how many at most (50)'],
  ['-p, --page <page>', 'which page (1)'],
] as const;
const Paging = z.object({ count: count().default(50), page: count().default(1) });
const oldestFirst = { sortBy: 'id', sortDir: 'asc' };

const reference = (text: string): Record<string, string | number> => (isId(text) ? { id: Number(text) } : { name: text });

export function peopleCommands(program: Command, terminal: Terminal): void {
  userCommands(program.command('user').description('people and programs that log in'), terminal);
  roleCommands(program.command('role').description('who may use and change what'), terminal);
}

function userCommands(user: Command, terminal: Terminal): void {
  define(user, terminal, {
    name: 'list',
    summary: 'users',
    options: paging,
    schema: Paging,
    run: async (context, window) =>
      context.list((await context.api.call(listUsersOperation, { query: { ...window, ...oldestFirst } })).items, userColumns),
  });
  define(user, terminal, {
    name: 'create <username>',
    summary: 'add a user; the password is asked for, or read from standard input',
    required: [['--email <address>', 'e-mail address']],
    options: [['--role <role...>', 'roles, by id or name']],
    schema: z.object({ email: z.string(), role: z.array(z.string()).default([]) }),
    async run(context, { email, role }, [username = '']) {
      const password = await terminal.askSecret(`Password of ${username}: `);
      const body = { username, email, password, active: true, roles: role.map(reference) };
      context.list([await context.api.call(createUserOperation, { body })], userColumns);
    },
  });
}

function roleCommands(role: Command, terminal: Terminal): void {
  define(role, terminal, {
    name: 'list',
    summary: 'roles and their members',
    options: paging,
    schema: Paging,
    run: async (context, window) =>
      context.list((await context.api.call(listRolesOperation, { query: { ...window, ...oldestFirst } })).items, roleColumns),
  });
  define(role, terminal, {
    name: 'create <name>',
    summary: 'add a role',
    options: [
      ['--description <text>', 'what it is for'],
      ['--member <user...>', 'members, by id or username'],
    ],
    schema: z.object({ description: z.string().optional(), member: z.array(z.string()).default([]) }),
    run: async (context, { description, member }, [name = '']) =>
      context.list(
        [await context.api.call(createRoleOperation, { body: { name, description, users: member.map(reference) } })],
        roleColumns,
      ),
  });
}
