import type { RotationView } from '@sifaka/contracts';

const stepWords = ({ name, detail, state, error }: RotationView['steps'][number]): string =>
  `${name}${state === 'planned' ? '' : ` (${state})`}: ${detail}${error === null ? '' : `: ${error}`}`;

export const rotationColumns = {
  id: (row: RotationView) => row.id ?? 'plan',
  endpoint: (row: RotationView) => row.endpoint.name,
  from: (row: RotationView) => row.oldCertificate?.name,
  to: (row: RotationView) => row.newCertificate.name,
  state: (row: RotationView) => row.state,
  'last error': (row: RotationView) => row.lastError,
};

/** One line a step: what a dry run is asked for. */
export const planColumns = {
  endpoint: ({ rotation }: PlanRow) => rotation?.endpoint.name,
  step: ({ step }: PlanRow) => stepWords(step),
};
interface PlanRow {
  /** Null: of the rotation in the row above. */
  rotation: RotationView | null;
  step: RotationView['steps'][number];
}
export const planRows = (rotations: readonly RotationView[]): PlanRow[] =>
  rotations.flatMap((rotation) => rotation.steps.map((step, index) => ({ rotation: index === 0 ? rotation : null, step })));

export const rotationFields = {
  Id: (row: RotationView) => row.id,
  Endpoint: (row: RotationView) => `${row.endpoint.name} (${row.endpoint.dnsname}:${row.endpoint.port}, ${row.endpoint.type})`,
  From: (row: RotationView) => row.oldCertificate?.name,
  To: (row: RotationView) => row.newCertificate.name,
  State: (row: RotationView) => row.state,
  'Last error': (row: RotationView) => row.lastError,
  Tries: (row: RotationView) => row.attempts,
  'Next try': (row: RotationView) => row.nextTryAt,
  Requested: (row: RotationView) => row.requestedAt,
  Finished: (row: RotationView) => row.finishedAt,
  By: (row: RotationView) => row.user?.username ?? 'the platform',
  Steps: (row: RotationView) => row.steps.map(stepWords).join('\n'),
};
