import { z } from 'zod';

/** The internal authority needs none: its keys are in the key vault, everything else stands in the request. */
export const CryptographyOptions = z.object({});
