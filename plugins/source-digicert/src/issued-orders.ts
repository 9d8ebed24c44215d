import { fault, found, readBundle, type Ask, type DigicertApi, type DigicertListedOrder, type ListedPage, type PagedList } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import type { Finding } from '@sifaka/plugin-sdk';

const pageSize = 40;

/** Orders by offset. One that leaves the list while it is read moves those behind it up: the page is read again from further ahead. */
export class IssuedOrders implements PagedList<DigicertListedOrder> {
  readonly first = cursorOf({ offset: 0, total: 0 });
  private total = 0;

  constructor(
    private readonly api: DigicertApi,
    private readonly organizationId: number,
  ) {}

  nameOf(cursor: string): string {
    return `page of the issued orders from number ${positionOf(cursor).offset + 1} on`;
  }

  async read(cursor: string): Promise<ListedPage<DigicertListedOrder>> {
    const { offset, total: before } = positionOf(cursor);
    const {
      orders,
      page: { total },
    } = await this.api.issuedOrders(this.organizationId, { offset, limit: pageSize });
    this.total = total;
    if (total < before && offset > 0) return { items: [], next: cursorOf({ offset: Math.max(0, offset - (before - total)), total }) };
    const next = offset + orders.length;
    if (orders.length === 0 && next < total) throw new AppError('upstream_failed', `DigiCert tells of ${total} orders and shows none from number ${next + 1} on`);
    return { items: orders, next: next < total ? cursorOf({ offset: next, total }) : null };
  }

  behind(cursor: string): string | null {
    const offset = positionOf(cursor).offset + pageSize;
    return offset < this.total ? cursorOf({ offset, total: this.total }) : null;
  }

  labelOf({ id }: DigicertListedOrder): string {
    return `order ${id}`;
  }

  async find(order: DigicertListedOrder, ask: Ask): Promise<Finding | null> {
    const id = order.certificate?.id;
    if (order.status !== 'issued' || id === undefined) return null;
    const what = `certificate ${id} of order ${order.id}`;
    const pem = await ask(() => this.api.bundle(id));
    if (pem === null) return fault(what, 'is in the list of issued orders, and not there', 'nothing');
    const [certificate, ...others] = readBundle(what, pem);
    return found(certificate, others, { name: order.certificate?.common_name ?? null, externalId: id, description: order.product?.name ?? null });
  }
}

interface Position {
  offset: number;
  /** Orders that the list had when it was decided to go there. */
  total: number;
}

function cursorOf({ offset, total }: Position): string {
  return `${offset}:${total}`;
}

function positionOf(cursor: string): Position {
  const [offset = 0, total = 0] = cursor.split(':').map((part) => Number.parseInt(part, 10) || 0);
  return { offset, total };
}
