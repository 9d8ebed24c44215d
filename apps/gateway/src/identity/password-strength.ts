interface Rule {
  holds(password: string): boolean;
  message: string;
}

const rules: readonly Rule[] = [
  { holds: (password) => [...password].length >= 12, message: 'password must have at least 12 characters' },
  { holds: (password) => /\p{Lu}/u.test(password), message: 'password must have at least one upper case letter' },
  { holds: (password) => /\p{Ll}/u.test(password), message: 'password must have at least one lower case letter' },
  { holds: (password) => /\p{Nd}/u.test(password), message: 'password must have at least one digit' },
  { holds: (password) => /[!@#?\]]/.test(password), message: 'password must have at least one of the characters ! @ # ? ]' },
];

/** The first rule that a new password breaks, in words; null when it is strong enough. */
export function passwordWeakness(password: string): string | null {
  return rules.find((rule) => !rule.holds(password))?.message ?? null;
}
