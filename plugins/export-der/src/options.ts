import { z } from 'zod';

export const DerOptions = z.object({});
