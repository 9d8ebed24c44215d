import { z } from 'zod';

export const optionTypes = ['str', 'int', 'bool', 'select', 'textarea', 'export-plugin', 'destinationSelect'] as const;

export type OptionType = (typeof optionTypes)[number];

/** One option of a plugin as REST, forms and the command line show it. It never holds a value that somebody entered. */
export interface OptionDescriptor {
  name: string;
  type: OptionType;
  required: boolean;
  default?: string | number | boolean;
  /** Regular expression, matched from the start of the value. */
  validation?: string;
  /** The values of a `select`. */
  available?: (string | number)[];
  helpMessage: string;
  sensitive?: true;
}

const PropertySchema = z.looseObject({
  type: z.unknown().optional(),
  description: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
  pattern: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  sensitive: z.literal(true).optional(),
  validation: z.string().optional(),
  required: z.unknown().optional(),
  isInstallationOnly: z.boolean().optional(),
});

type Property = z.output<typeof PropertySchema>;

/**
 * The options of a plugin in Lemur's descriptor form, in the order of the schema. Each call makes new objects: what a caller does to
 * them reaches nobody else. `.describe()` becomes the help message; `.meta({ type, validation, required, sensitive })` overrides. Values of
 * the installation alone are left out.
 */
export function toPluginOptions(schema: z.ZodObject): OptionDescriptor[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).flatMap(([name, each]) => {
    const property = PropertySchema.parse(each);
    return property.isInstallationOnly === true ? [] : [describeOption(name, property, required.includes(name))];
  });
}

function describeOption(name: string, property: Property, isRequired: boolean): OptionDescriptor {
  const validation = property.validation ?? property.pattern;
  return {
    name,
    type: typeOf(property),
    required: typeof property.required === 'boolean' ? property.required : isRequired,
    ...(property.default !== undefined && property.sensitive === undefined && { default: property.default }),
    ...(validation !== undefined && { validation }),
    ...(property.enum !== undefined && { available: property.enum }),
    helpMessage: property.description ?? '',
    ...(property.sensitive === true && { sensitive: true }),
  };
}

function typeOf(property: Property): OptionType {
  const named = optionTypes.find((type) => type === property.type);
  if (named !== undefined) return named;
  if (property.enum !== undefined) return 'select';
  if (property.type === 'boolean') return 'bool';
  if (property.type === 'integer' || property.type === 'number') return 'int';
  return 'str';
}
