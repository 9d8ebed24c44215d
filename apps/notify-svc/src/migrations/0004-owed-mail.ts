/** What a channel told while there was no mail: the mail that goes with it is sent when there is. */
export const owedMail = {
  name: '0004-owed-mail',
  sql: `
alter table notice add column owes_mail boolean not null default false;
`,
};
