import { z } from 'zod';
import { allOperations } from './all-operations.js';
import type { Operation } from './operation.js';
import { ErrorView } from './view.js';

const reasons: Record<number, string> = {
  400: 'The request is wrong: `reasons` says which field and why',
  401: 'No token',
  403: 'The token is not accepted, or the caller may not do this',
  404: 'No such object',
  405: 'Not possible by configuration',
  409: 'It exists already, or was changed meanwhile',
  412: 'The state of the object, or a policy, does not allow it',
  429: 'Too many attempts; see Retry-After',
  502: 'The authority did not do its part',
  503: 'A part of the platform is not available; try again',
  504: 'The authority did not answer in time',
};

type Json = Record<string, unknown>;

/** OpenAPI 3.1 document of the whole REST API, made from the operations that the gateway serves. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of allOperations) (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sifaka',
      version,
      summary: 'Broker of certificates between authorities and the places that serve them',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/1' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: schemaOf(ErrorView, 'output') },
    },
  };
}

function describe(operation: Operation): Json {
  const answers = [400, ...(operation.access === 'anonymous' ? [] : [401, 403]), ...operation.errors, 503];
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.access === 'anonymous' && { security: [] }),
    parameters: parametersOf(operation),
    ...(operation.body !== null && { requestBody: { required: !operation.isBodyOptional, content: { 'application/json': { schema: schemaOf(operation.body, 'input') } } } }),
    responses: {
      ...success(operation),
      ...Object.fromEntries(
        [...new Set(answers)].sort().map((status) => [
          status,
          { description: reasons[status] ?? 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
        ]),
      ),
    },
  };
}

function success(operation: Operation): Json {
  if (operation.response === null) return { 204: { description: 'Done' } };
  return { 200: { description: 'Done', content: { [operation.mediaType]: { schema: schemaOf(operation.response, 'output') } } } };
}

function parametersOf(operation: Operation): Json[] {
  return [
    ...fieldsOf(operation.params).map(([name, schema]) => ({ name, in: 'path', required: true, schema: schemaOf(schema, 'input') })),
    ...fieldsOf(operation.query).map(([name, schema]) => ({ name, in: 'query', required: false, schema: schemaOf(schema, 'input') })),
    ...(operation.takesIdempotencyKey
      ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 255 } }]
      : []),
  ];
}

function fieldsOf(schema: z.ZodObject | null): [string, z.core.$ZodType][] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema?.shape ?? {};
  return Object.entries(shape);
}

function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return rest;
}
