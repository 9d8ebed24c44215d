import { toAppError, type FieldError } from '@sifaka/kernel';

interface RefusableForm {
  setErrors(errors: Record<string, string>): void;
  getInputNode(path: string): HTMLInputElement | null;
}

/** Path of the input that stands for a path of the request; null when none does. */
export type FieldOf = (path: string) => string | null;

/** The input of a path is the one named by the path's first part, when the form has it. */
export const byFirstPart =
  (names: readonly string[], other: Readonly<Record<string, string>> = {}): FieldOf =>
  (path) => {
    const moved = Object.entries(other).find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`));
    const name = moved?.[1] ?? path.split('.')[0] ?? '';
    return names.includes(name) ? name : null;
  };

/**
 * Puts each refused field beside its input and the cursor into the first of them.
 *
 * @returns the paths that found their input
 */
export function showRefusal(form: RefusableForm, error: unknown, fieldOf: FieldOf): string[] {
  const placed = (toAppError(error).fields ?? []).flatMap(({ path, message }) => {
    const name = fieldOf(path);
    return name === null ? [] : [{ path, name, message }];
  });
  form.setErrors(Object.fromEntries(placed.toReversed().map(({ name, message }) => [name, message])));
  const first = placed[0];
  if (first !== undefined) setTimeout(() => form.getInputNode(first.name)?.focus());
  return placed.map(({ path }) => path);
}

/** The paths of a refusal that `showRefusal` has put beside inputs. */
export const shownPaths = (error: unknown, fieldOf: FieldOf): string[] =>
  error === null ? [] : (toAppError(error).fields ?? []).map(({ path }) => path).filter((path) => fieldOf(path) !== null);

/**
 * Refused options of a plugin by name; what lies deeper, such as an option of its export plugin, by its path below as well.
 *
 * @param prefix path of the options in the request, such as `plugin.pluginOptions`
 */
export function optionErrors(error: unknown, options: readonly { name: string }[], prefix: string): Record<string, string> {
  const faults = optionFaults(error, options, prefix).map(({ path, message }) => [path.slice(prefix.length + 1), message] as const);
  const named = options.flatMap(({ name }) => {
    const fault = faults.find(([path]) => isBelow(path, name));
    return fault === undefined ? [] : [[name, fault[1]] as const];
  });
  return Object.fromEntries([...faults, ...named]);
}

/** The paths of a refusal that `optionErrors` has found options for. */
export const optionPaths = (error: unknown, options: readonly { name: string }[], prefix: string): string[] => optionFaults(error, options, prefix).map(({ path }) => path);

function optionFaults(error: unknown, options: readonly { name: string }[], prefix: string): readonly FieldError[] {
  const faults = error === null ? [] : (toAppError(error).fields ?? []);
  return faults.filter(({ path }) => options.some(({ name }) => isBelow(path, `${prefix}.${name}`)));
}

const isBelow = (path: string, whole: string): boolean => path === whole || path.startsWith(`${whole}.`);
