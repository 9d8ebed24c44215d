import { Injectable } from '@nestjs/common';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import { PreflightRepository, type AskedReferences, type Preflight } from './preflight.repository.js';

/** What a request refers to, found. */
export interface Referred extends Omit<Preflight, 'authority'> {
  authority: AuthorityState | null;
}

/** Finds everything that a request refers to: one round trip, and the authority from memory while its version stands. */
@Injectable()
export class References {
  constructor(
    private readonly preflight: PreflightRepository,
    private readonly authorities: AuthorityDirectory,
  ) {}

  /** @throws AppError `invalid_argument` on the field that refers to nothing */
  async find(asked: AskedReferences): Promise<Referred> {
    const { authority, ...found } = await this.preflight.read(asked);
    return { ...found, authority: authority === null ? null : await this.authorities.at(authority.id, authority.version) };
  }
}
