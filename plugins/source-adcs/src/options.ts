import { adcsLoginOptions, adcsTlsOptions, checkAdcsLogin } from '@sifaka/ca-clients';
import { z } from 'zod';

const requestId = () => z.coerce.number().int().min(0).max(2_147_483_647);

export const AdcsSourceOptions = z
  .object({
    ...adcsLoginOptions,
    ...adcsTlsOptions,
    start: requestId().default(1).describe('Request id to begin with').meta({ type: 'int', setting: 'ADCS_START' }),
    stop: requestId().optional().describe('Request id to end before; by default the ids are looked at until max_missing of them in a row are missing').meta({ type: 'int', setting: 'ADCS_STOP' }),
    max_missing: z.coerce.number().int().min(1).max(1_000_000).default(1_000).describe('Missing request ids in a row that are taken for the end').meta({ type: 'int' }),
  })
  .superRefine((options, context) => {
    checkAdcsLogin(options, context);
    if (options.stop !== undefined && options.stop <= options.start) context.addIssue({ code: 'custom', path: ['stop'], message: `must be more than start (${options.start}): it is the first request id that is not looked at` });
  });
export type AdcsSourceOptions = z.output<typeof AdcsSourceOptions>;
