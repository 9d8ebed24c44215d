/** What a target is left alone for, and how often it was in vain: its pauses grow with that, whichever message is tried. */
export const targetPauses = {
  name: '0003-target-pauses',
  sql: `
alter table target_pause add column failures integer not null default 1;
alter table target_pause add column error text not null default '';
`,
};
