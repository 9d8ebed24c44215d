import { AuthController } from './auth.controller.js';
import { IdentityRepository } from './identity.repository.js';
import { LogIn } from './log-in.js';
import { LogOut } from './log-out.js';
import { LoginThrottle } from './login-throttle.js';
import { NewPassword } from './new-password.js';
import { PasswordHasher } from './password-hasher.js';
import { SeedIdentity } from './seed-identity.js';
import { TokenAuthenticator } from './token-authenticator.js';

export const identityControllers = [AuthController];

export const identityProviders = [
  IdentityRepository,
  LogIn,
  LogOut,
  LoginThrottle,
  NewPassword,
  PasswordHasher,
  SeedIdentity,
  TokenAuthenticator,
];
