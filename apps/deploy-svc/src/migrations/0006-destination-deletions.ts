/** A destination whose deletion was asked for is cleaned first, which may take longer than anybody waits for an answer. */
export const destinationDeletions = {
  name: '0006-destination-deletions',
  sql: `
-- Since then nothing is attached to it any more; null: nobody deletes it.
alter table destination add column deleting_since timestamptz;
`,
};
