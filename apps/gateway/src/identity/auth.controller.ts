import { Controller, Req } from '@nestjs/common';
import {
  getMeOperation,
  listProvidersOperation,
  loginOperation,
  logoutOperation,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { FastifyRequest } from 'fastify';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { UserRepository } from '../user/user.repository.js';
import { userView } from '../user/user.view.js';
import { LogIn } from './log-in.js';
import { LogOut } from './log-out.js';

@Controller()
export class AuthController {
  constructor(
    private readonly logIn: LogIn,
    private readonly logOut: LogOut,
    private readonly users: UserRepository,
  ) {}

  @Serves(loginOperation)
  async login({ body }: RequestFor<typeof loginOperation>, call: HttpCall): Promise<ResponseFor<typeof loginOperation>> {
    return { token: await this.logIn.run(body, call.sourceIp) };
  }

  @Serves(logoutOperation)
  async logout(
    _request: RequestFor<typeof logoutOperation>,
    _call: HttpCall,
    @Req() http: FastifyRequest,
  ): Promise<ResponseFor<typeof logoutOperation>> {
    await this.logOut.run(http.headers.authorization);
    return { result: true };
  }

  @Serves(getMeOperation)
  async me(_request: RequestFor<typeof getMeOperation>, call: HttpCall): Promise<ResponseFor<typeof getMeOperation>> {
    const { userId } = callerOf(call);
    const user = await this.users.find(userId);
    if (user === null)
      throw new AppError('permission_denied', 'the user of this token does not exist any more', { reason: 'token.refused' });
    return userView(user);
  }

  /** Single sign-on providers; passwords need none. */
  @Serves(listProvidersOperation)
  providers(): ResponseFor<typeof listProvidersOperation> {
    return [];
  }
}
