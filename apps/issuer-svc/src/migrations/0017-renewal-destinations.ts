/** Destinations come and go after a certificate was planned, and the filter of renewals may ask for them. */
export const renewalDestinations = {
  name: '0017-renewal-destinations',
  sql: `
create function note_renewal_of_destination() returns trigger language plpgsql as $$
begin
  update certificate_renewal set revision = revision + 1 where certificate_id = coalesce(new.certificate_id, old.certificate_id);
  return null;
end $$;
create trigger destination_attached_for_renewal after insert on certificate_attachment
  for each row when (new.kind = 'destination') execute function note_renewal_of_destination();
create trigger destination_changed_for_renewal after update on certificate_attachment
  for each row when (new.kind = 'destination' and new.is_attached <> old.is_attached) execute function note_renewal_of_destination();
create trigger destination_detached_for_renewal after delete on certificate_attachment
  for each row when (old.kind = 'destination' and old.is_attached) execute function note_renewal_of_destination();
`,
};
