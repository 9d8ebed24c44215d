import type { UserPrincipal } from '@sifaka/contracts';

export interface Origin {
  sourceIp: string | null;
  userAgent: string | null;
}

/** Turns the `Authorization` header into a person. Implemented by the identity module. */
export abstract class Authenticator {
  /**
   * @param endpoint that is asked for, as the routes name it
   * @throws AppError `unauthenticated` without a header (401); `permission_denied` for a header without a usable token,
   * an inactive user or a revoked key (403, rest-api §1.6).
   */
  abstract authenticate(authorization: string | undefined, origin: Origin, endpoint: string): Promise<UserPrincipal>;
}
