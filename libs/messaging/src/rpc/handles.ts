import { UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { InputOf, RpcContract } from '@sifaka/contracts';
import type { z } from 'zod';
import type { CallContext } from './call-context.js';
import { PassErrors } from './pass-errors.filter.js';

type Handler<C extends RpcContract> = (input: InputOf<C>, call: CallContext) => z.input<C['output']> | Promise<z.input<C['output']>>;

/**
 * Makes a controller method the answer to a contract: `(input, call) => output`.
 *
 * The input arrives parsed by the contract, the output is parsed by it before it leaves, an `AppError` reaches the caller as
 * it is, anything else as `internal`.
 */
export function Handles<C extends RpcContract>(contract: C) {
  return <H extends Handler<C>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<H>): void => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    MessagePattern(`${contract.subject}.*`, { contract })(target, key, descriptor);
    UseFilters(PassErrors)(target, key, descriptor);
  };
}
