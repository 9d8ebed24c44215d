import { checkedExtension, checkedForceCommand, checkedPrincipal, checkedSourceAddress, defaultSshExtensions } from '@sifaka/pki';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';

/** Ten years: longer than any authority that is cared for. */
const maxHours = 87_600;
const maxDays = 3_650;
const listChars = 4_096;

export const OpensshOptions = z.object({
  user_validity_hours: z.int().min(1).max(maxHours).default(24).describe('Hours for which a user certificate is valid when no validity is asked'),
  max_user_validity_hours: z.int().min(1).max(maxHours).optional().describe('Longest validity of a user certificate, in hours'),
  host_validity_days: z.int().min(1).max(maxDays).default(365).describe('Days for which a host certificate is valid when no validity is asked'),
  max_host_validity_days: z.int().min(1).max(maxDays).optional().describe('Longest validity of a host certificate, in days'),
  allowed_principals: list((name) => checkedPrincipal(name)).describe('Names, separated by commas, that everybody who issues from the authority may log in as, beside the own name; * stands for any characters'),
  default_extensions: list((name) => checkedExtension(name))
    .default(defaultSshExtensions.join(','))
    .describe('Extensions of user certificates, separated by commas: given when none are asked, and the most that can be asked'),
  source_address: list((address) => checkedSourceAddress([address])).describe('Addresses and blocks, separated by commas, from which user certificates are accepted; a request may narrow them, not widen them'),
  force_command: z
    .string()
    .max(listChars)
    .refine((command) => isFine(() => checkedForceCommand(command)), { error: 'must be one line' })
    .optional()
    .describe('The only command that user certificates run'),
});
export type OpensshOptions = z.output<typeof OpensshOptions>;

/** Entries of an option that holds several. */
export const entriesOf = (text: string | undefined): string[] => (text ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');

/** Text with entries separated by commas: forms know no lists. */
function list(check: (entry: string) => unknown) {
  return z
    .string()
    .max(listChars)
    .superRefine((text, context) => {
      for (const entry of entriesOf(text)) {
        const fault = faultOf(() => check(entry));
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      }
    })
    .optional();
}

const isFine = (check: () => unknown): boolean => faultOf(check) === null;

function faultOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields?.[0]?.message ?? error.message;
  }
}
