import { z } from 'zod';

/** A text option that is stored in the key vault, redacted in every read and kept out of errors and logs. */
export const secret = () => z.string().meta({ sensitive: true });

/** A text option with several lines in the form. */
export const longText = () => z.string().meta({ type: 'textarea' });

/**
 * A text option checked by a regular expression from its first character on; anchor the end with `$` where it matters.
 * The pattern is shown to clients as the option's `validation`.
 */
export const matching = (validation: string) => {
  const pattern = fromStart(validation);
  return z
    .string()
    .refine((value) => pattern.test(value), { error: `must match ${validation}` })
    .meta({ validation });
};

/** A reference to an export plugin and its options, for destinations that upload what an export plugin makes. */
export const exportPlugin = () => z.looseObject({ slug: z.string(), pluginOptions: z.array(z.unknown()).default([]) }).meta({ type: 'export-plugin' });

/**
 * A value that the administrator of the installation alone sets, in its configuration under this name: folders that may be written to,
 * commands that may be run. It is no option: clients neither see nor give it. Absent where nothing is configured, so give it no default
 * that allows anything.
 */
export const installationOnly = <Schema extends z.ZodType>(setting: string, schema: Schema) => schema.optional().meta({ setting, isInstallationOnly: true });

/** The label of a destination. */
export const destinationLabel = () => z.string().meta({ type: 'destinationSelect' });

/** Lemur matches option patterns at the start of the value, not over all of it. */
export const fromStart = (pattern: string): RegExp => new RegExp(`^(?:${pattern})`);
