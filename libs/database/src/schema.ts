import { AppError } from '@sifaka/kernel';

/** Extensions live apart from the services' schemas, so that every role can use them and none can put anything beside them. */
export const extensionSchema = 'extensions';

const schemaForm = /^[a-z][a-z0-9_]{0,40}$/;

/** Refuses what is not a plain lower-case identifier: schema names are written into SQL as they are. */
export function checkedSchema(schema: string): string {
  if (!schemaForm.test(schema)) {
    throw new AppError('invalid_argument', `schema "${schema}" must be lower-case letters, digits and underscores, at most 41 characters`);
  }
  return schema;
}

/** Where unqualified names are looked up by the connections of a service. */
export function searchPath(schema: string): string {
  return `${checkedSchema(schema)},${extensionSchema}`;
}

/** Database role of a service. */
export function roleName(service: string): string {
  return `sifaka_${checkedSchema(service)}`;
}

/** Schema in which a service's job queue lives. */
export function jobSchema(service: string): string {
  return `${checkedSchema(service)}_jobs`;
}
