import { Injectable } from '@nestjs/common';
import { listCertificates, resolveDestination, type Ref, type SystemPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { everything } from '../certificate/certificate-list-input.js';

type Reference = Ref | null | undefined;

/** What an endpoint made by hand refers to in other services. */
@Injectable()
export class EndpointReferences {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws AppError `invalid_argument`, field `certificate._schema` */
  async certificateId(ref: Reference): Promise<number | null> {
    if (ref === undefined || ref === null) return null;
    const wanted = ref.id === undefined ? { name: ref.name ?? '' } : { ids: [ref.id] };
    const { items } = await this.rpc.call(listCertificates, { ...everything({ count: 1, page: 1 }), ...wanted }, { principal: self });
    const [found] = items;
    if (found === undefined) throw refused('certificate', `certificate ${named(ref)} does not exist`);
    return found.id;
  }

  /** @throws AppError `invalid_argument`, field `destination._schema` */
  async destinationId(ref: Reference): Promise<number | null> {
    if (ref === undefined || ref === null) return null;
    const { destinations } = await this.rpc.call(resolveDestination, { ref: ref.id === undefined ? (ref.name ?? '') : String(ref.id) }, { principal: self });
    const meant = destinations.filter(({ id, label }) => (ref.id === undefined ? label === ref.name : id === ref.id));
    const [only] = meant;
    if (only === undefined) throw refused('destination', `destination ${named(ref)} does not exist`);
    if (meant.length > 1) throw refused('destination', `several destinations have the label ${named(ref)}: give an id, one of ${meant.map(({ id }) => id).join(', ')}`);
    return only.id;
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

const named = ({ id, name }: Ref): string => (id === undefined ? JSON.stringify(name ?? '') : String(id));

function refused(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { reason: 'reference.unknown', fields: [{ path: `${field}._schema`, message }] });
}
