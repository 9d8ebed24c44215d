import { z } from 'zod';
import { FieldOwners, ownerOf, type FieldPath } from './managed-fields.js';
import { Refusal } from './refusal.js';

const Texts = z.record(z.string(), z.string()).nullish().transform((texts) => texts ?? {});

/** What clients send. */
export const SecretConfig = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), annotations: Texts, labels: Texts, resourceVersion: z.string().optional() }),
  type: z.string().optional(),
  data: Texts,
  stringData: Texts.optional(),
  immutable: z.boolean().optional(),
});
export type SecretConfig = z.output<typeof SecretConfig>;

/** A secret as the stand-in keeps it. */
export class SecretObject {
  readonly values = new Map<string, string>();
  owners = new FieldOwners();
  uid = '';
  resourceVersion = '';
  type = 'Opaque';

  constructor(
    readonly namespace: string,
    readonly name: string,
  ) {}

  copy(): SecretObject {
    const copy = new SecretObject(this.namespace, this.name);
    for (const [field, value] of this.values) copy.values.set(field, value);
    copy.owners = this.owners.copy();
    copy.uid = this.uid;
    copy.resourceVersion = this.resourceVersion;
    copy.type = this.type;
    return copy;
  }

  /**
   * Server-side apply: fields whose value would change and that somebody else owns are conflicts unless it is forced; fields that the
   * manager applied before and does not any more go, unless they are somebody else's too.
   */
  apply(config: SecretConfig, manager: string, isForced: boolean): void {
    const wanted = fieldsOf(config);
    const fields = [...wanted.keys()].map(pathOf);
    const conflicts = fields.flatMap((field) => (this.valueAt(field) === wanted.get(JSON.stringify(field)) ? [] : this.owners.othersOf(manager, field).map((other) => ({ other, field }))));
    if (conflicts.length > 0 && !isForced) throw Refusal.owned(conflicts);
    for (const { field } of conflicts) this.owners.takeAway(field, ownerOf(manager, 'Apply'));
    const dropped = this.owners.of(manager, 'Apply').filter((field) => !wanted.has(JSON.stringify(field)));
    this.owners.set(manager, 'Apply', fields);
    for (const field of dropped) if (!this.owners.isOwned(field)) this.drop(field);
    for (const field of fields) this.setAt(field, wanted.get(JSON.stringify(field)) ?? '');
  }

  /** As `PUT`, `kubectl edit` and controllers write: whatever changes becomes the manager's. */
  update(config: SecretConfig, manager: string): void {
    const wanted = fieldsOf(config);
    const changed = [...wanted].filter(([field, value]) => this.valueAt(pathOf(field)) !== value).map(([field]) => pathOf(field));
    for (const field of changed) this.owners.takeAway(field, null);
    for (const field of [...this.values.keys()].filter((key) => !wanted.has(key)).map(pathOf)) {
      this.owners.takeAway(field, null);
      this.drop(field);
    }
    this.owners.add(manager, 'Update', changed);
    for (const [field, value] of wanted) this.setAt(pathOf(field), value);
  }

  toJson(): Record<string, unknown> {
    const { namespace, name, uid, resourceVersion } = this;
    const parts = (...prefix: string[]) => {
      const all = [...this.values].flatMap(([key, value]) => {
        const path = pathOf(key);
        return prefix.every((each, index) => path[index] === each) ? [[path.at(-1) ?? '', value] as const] : [];
      });
      return all.length === 0 ? undefined : Object.fromEntries(all);
    };
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z', annotations: parts('metadata', 'annotations'), labels: parts('metadata', 'labels'), managedFields: this.owners.toJson() },
      type: this.type,
      data: parts('data'),
    };
  }

  get data(): Map<string, Buffer> {
    return new Map([...this.values].flatMap(([key, value]) => (pathOf(key)[0] === 'data' ? [[pathOf(key)[1] ?? '', Buffer.from(value, 'base64')] as const] : [])));
  }

  private valueAt(field: FieldPath): string | undefined {
    return field[0] === 'type' ? this.type : this.values.get(JSON.stringify(field));
  }

  private setAt(field: FieldPath, value: string): void {
    if (field[0] === 'type') this.type = value;
    else this.values.set(JSON.stringify(field), value);
  }

  private drop(field: FieldPath): void {
    if (field[0] === 'type') this.type = 'Opaque';
    else this.values.delete(JSON.stringify(field));
  }
}

/** Every field with its value; the key is the path as JSON. */
function fieldsOf({ metadata: { annotations, labels }, data, stringData = {}, type }: SecretConfig): Map<string, string> {
  const each = (texts: Record<string, string>, ...prefix: string[]) => Object.entries(texts).map(([name, value]) => [JSON.stringify([...prefix, name]), value] as const);
  const encoded = Object.fromEntries(Object.entries(stringData).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
  return new Map([...each({ ...data, ...encoded }, 'data'), ...each(annotations, 'metadata', 'annotations'), ...each(labels, 'metadata', 'labels'), ...(type === undefined ? [] : [[JSON.stringify(['type']), type] as const])]);
}

function pathOf(json: string): string[] {
  const path: unknown = JSON.parse(json);
  return Array.isArray(path) ? path.map(String) : [];
}
