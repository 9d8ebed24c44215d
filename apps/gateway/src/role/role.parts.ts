import { CreateRole } from './create-role.js';
import { DeleteRole } from './delete-role.js';
import { ReadRoles } from './read-roles.js';
import { RoleReservationRepository } from './role-reservation.repository.js';
import { RoleReservations } from './role-reservations.js';
import { RoleSecrets } from './role-secrets.js';
import { RoleController } from './role.controller.js';
import { RoleRepository } from './role.repository.js';
import { UpdateRole } from './update-role.js';
import { ViewRoleCredentials } from './view-role-credentials.js';

export const roleControllers = [RoleController];

export const roleProviders = [
  CreateRole,
  DeleteRole,
  ReadRoles,
  RoleReservationRepository,
  RoleReservations,
  RoleRepository,
  RoleSecrets,
  UpdateRole,
  ViewRoleCredentials,
];
