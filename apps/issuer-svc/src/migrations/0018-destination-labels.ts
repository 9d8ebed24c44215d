/** What destinations are called, as events of deploy-svc tell it: filters of certificates may name them so. */
export const destinationLabels = {
  name: '0018-destination-labels',
  sql: `
create table destination_label (
  destination_id integer primary key,
  label text not null,
  -- Of the event that said so.
  told_at timestamptz not null
);

create function note_renewal_of_label() returns trigger language plpgsql as $$
begin
  -- In one order, for whoever does the same at the same time.
  perform from certificate_renewal r where r.certificate_id in (
    select a.certificate_id from certificate_attachment a where a.kind = 'destination' and a.object_id = new.destination_id and a.is_attached
  ) order by r.certificate_id for no key update;
  update certificate_renewal r set revision = r.revision + 1 where r.certificate_id in (
    select a.certificate_id from certificate_attachment a where a.kind = 'destination' and a.object_id = new.destination_id and a.is_attached
  );
  return null;
end $$;
create trigger destination_labelled_for_renewal after insert on destination_label
  for each row execute function note_renewal_of_label();
create trigger destination_renamed_for_renewal after update on destination_label
  for each row when (new.label <> old.label) execute function note_renewal_of_label();
`,
};
