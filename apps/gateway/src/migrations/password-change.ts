/** When a password was last changed: logins from before are refused. Null: never since the user was made. */
export const passwordChange = `
  alter table app_user add column password_changed_at timestamptz;
`;
