/** Of which plugin a destination is, for questions about the certificates at such destinations. */
export const attachmentPlugins = {
  name: '0015-attachment-plugins',
  sql: `
-- Null: not a destination, or attached before this was kept.
alter table certificate_attachment add column plugin text;
`,
};
