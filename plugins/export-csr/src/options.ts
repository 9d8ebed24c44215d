import { z } from 'zod';

export const CsrOptions = z.object({});
