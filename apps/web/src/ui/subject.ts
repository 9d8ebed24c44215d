/** Parts of a distinguished name that a form asks for, as typed. */
export interface Subject {
  country: string;
  state: string;
  location: string;
  organization: string;
  organizationalUnit: string;
}

export const emptySubject: Subject = { country: '', state: '', location: '', organization: '', organizationalUnit: '' };

export const subjectFields = ['country', 'state', 'location', 'organization', 'organizationalUnit'] as const;
