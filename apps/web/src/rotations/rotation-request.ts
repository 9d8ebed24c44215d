import { byFirstPart } from '../ui/form-refusal.js';

/** What is rotated: one endpoint, all that present a certificate, or all whose certificate has been replaced. */
export type RotationSubject = { kind: 'endpoint'; id: number; name: string } | { kind: 'certificate'; id: number; name: string } | { kind: 'due' };

export interface RotationForm {
  /** Id of the certificate to present; null: what replaced the one that is presented. */
  certificate: string | null;
  region: string;
  /** Id of the source whose endpoints are meant; null: all. */
  source: string | null;
  removeOld: boolean;
  verify: boolean;
}

export const emptyForm: RotationForm = { certificate: null, region: '', source: null, removeOld: false, verify: true };

export const fieldOf = byFirstPart(Object.keys(emptyForm), { sourceId: 'source' });

const settings = ({ removeOld, verify }: RotationForm, dryRun: boolean) => ({ removeOld, verify, dryRun });

export const certificateRequest = (form: RotationForm, dryRun: boolean) => ({
  ...settings(form, dryRun),
  ...(form.certificate !== null && { certificate: { id: Number(form.certificate) } }),
});

export const regionRequest = ({ region }: RotationForm) => (region.trim() === '' ? {} : { region: region.trim() });

export const dueRequest = (form: RotationForm, dryRun: boolean) => ({
  ...settings(form, dryRun),
  ...regionRequest(form),
  ...(form.source !== null && { sourceId: Number(form.source) }),
});
