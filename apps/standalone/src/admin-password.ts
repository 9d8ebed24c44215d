import { randomInt } from 'node:crypto';

const lower = 'abcdefghijkmnopqrstuvwxyz';
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const digits = '23456789';
const marks = '!@#?]';
const length = 24;

/** A random password that meets the rule for local users: twelve characters or more, upper and lower case, a digit and one of `!@#?]`. */
export function randomPassword(): string {
  const all = lower + upper + digits;
  const required = [lower, upper, digits, marks].map(pick);
  return shuffled([...required, ...Array.from({ length: length - required.length }, () => pick(all))]).join('');
}

function pick(alphabet: string): string {
  return alphabet.charAt(randomInt(alphabet.length));
}

/** Fisher and Yates, so that no place tells which class its character is of. */
function shuffled(characters: string[]): string[] {
  const result = [...characters];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] ?? '', result[last] ?? ''];
  }
  return result;
}
