import { AdministratorGuard } from './administrator-guard.js';
import { CreateUser } from './create-user.js';
import { ResolveUsers } from './resolve-users.js';
import { UpdateUser } from './update-user.js';
import { UserController } from './user.controller.js';
import { UserRepository } from './user.repository.js';

export const userControllers = [UserController];

export const userProviders = [AdministratorGuard, CreateUser, ResolveUsers, UpdateUser, UserRepository];
