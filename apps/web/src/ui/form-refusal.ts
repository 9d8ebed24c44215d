import { toAppError } from '@sifaka/kernel';

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
