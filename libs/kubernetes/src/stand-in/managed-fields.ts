/** A field of an object: the names on the way to it. */
export type FieldPath = readonly string[];

/** Who owns what, as server-side apply tracks it (kubernetes.io/docs/reference/using-api/server-side-apply, "Field management"). */
export class FieldOwners {
  /** By manager and operation; paths as JSON. */
  private readonly owned = new Map<string, Set<string>>();

  /** Managers other than this one that own the field. */
  othersOf(manager: string, field: FieldPath): string[] {
    const key = JSON.stringify(field);
    return [...this.owned].flatMap(([owner, fields]) => (owner !== ownerOf(manager, 'Apply') && fields.has(key) ? [managerOf(owner)] : []));
  }

  of(manager: string, operation: Operation): FieldPath[] {
    return [...(this.owned.get(ownerOf(manager, operation)) ?? [])].map(pathOf);
  }

  isOwned(field: FieldPath): boolean {
    const key = JSON.stringify(field);
    return [...this.owned.values()].some((fields) => fields.has(key));
  }

  /** These and no others. */
  set(manager: string, operation: Operation, fields: readonly FieldPath[]): void {
    this.owned.set(ownerOf(manager, operation), new Set(fields.map((field) => JSON.stringify(field))));
    this.forgetIdle();
  }

  add(manager: string, operation: Operation, fields: readonly FieldPath[]): void {
    this.set(manager, operation, [...this.of(manager, operation), ...fields]);
  }

  /** From all but one. */
  takeAway(field: FieldPath, except: string | null): void {
    const key = JSON.stringify(field);
    for (const [owner, fields] of this.owned) if (owner !== except) fields.delete(key);
    this.forgetIdle();
  }

  toJson(): { manager: string; operation: string; apiVersion: string; fieldsType: string; fieldsV1: Record<string, unknown> }[] {
    return [...this.owned].sort().map(([owner, fields]) => ({
      manager: managerOf(owner),
      operation: owner.split('\n')[1] ?? '',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: nested([...fields].map(pathOf)),
    }));
  }

  copy(): FieldOwners {
    const copy = new FieldOwners();
    for (const [owner, fields] of this.owned) copy.owned.set(owner, new Set(fields));
    return copy;
  }

  private forgetIdle(): void {
    for (const [owner, fields] of this.owned) if (fields.size === 0) this.owned.delete(owner);
  }
}

export type Operation = 'Apply' | 'Update';

export const ownerOf = (manager: string, operation: Operation): string => `${manager}\n${operation}`;

const managerOf = (owner: string): string => owner.split('\n')[0] ?? '';

function pathOf(json: string): string[] {
  const path: unknown = JSON.parse(json);
  return Array.isArray(path) ? path.map(String) : [];
}

function nested(fields: readonly FieldPath[]): Record<string, unknown> {
  const heads = new Map<string, FieldPath[]>();
  for (const [head, ...rest] of fields) if (head !== undefined) heads.set(head, [...(heads.get(head) ?? []), rest]);
  return Object.fromEntries([...heads].map(([head, rests]) => [`f:${head}`, nested(rests)]));
}
