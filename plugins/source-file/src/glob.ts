/** Patterns of one option, and characters of each. */
const maxPatterns = 50;
const maxLength = 256;

export const patternsOf = (text: string): string[] => text.split(/[,\n]/).map((each) => each.trim()).filter((each) => each !== '');

/** Null for patterns that can be used. */
export function patternFault(text: string): string | null {
  const patterns = patternsOf(text);
  if (patterns.length > maxPatterns) return `has ${patterns.length} patterns, ${maxPatterns} are allowed`;
  const wrong = patterns.find((each) => each.length > maxLength || each.startsWith('/') || each.split('/').includes('..'));
  return wrong === undefined ? null : `"${wrong.slice(0, 80)}" is no pattern of at most ${maxLength} characters below the folder`;
}

/** One that holds no slash is about the name alone. @param path below the folder */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  const parts = path.split('/');
  return patterns.some((pattern) => {
    if (!pattern.includes('/')) return matchesName(pattern, parts.at(-1) ?? '');
    return wild(pattern.split('/'), parts, (part) => part === '**', matchesName);
  });
}

const matchesName = (pattern: string, name: string): boolean => wild([...pattern], [...name], (character) => character === '*', (one, other) => one === '?' || one === other);

/** Goes back to the last star only, which is enough: work grows with the product of both lengths and no further. */
function wild<Part>(pattern: readonly Part[], text: readonly Part[], isStar: (part: Part) => boolean, fits: (pattern: Part, text: Part) => boolean): boolean {
  let [at, star, mark] = [0, -1, 0];
  for (let index = 0; index < text.length; ) {
    const [wanted, found] = [pattern[at], text[index]];
    if (wanted !== undefined && isStar(wanted)) {
      star = at++;
      mark = index;
    } else if (wanted !== undefined && found !== undefined && fits(wanted, found)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++mark;
    } else return false;
  }
  return pattern.slice(at).every(isStar);
}
