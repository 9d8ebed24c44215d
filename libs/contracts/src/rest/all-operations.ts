import { authorityOperations } from './authority.js';
import { certificateOperations } from './certificate.js';
import { inventoryOperations } from './inventory.js';
import type { Operation } from './operation.js';

/** Every operation of the REST API; the OpenAPI document and the answer to a wrong method are made from this list. */
export const allOperations: readonly Operation[] = [...authorityOperations, ...certificateOperations, ...inventoryOperations];
