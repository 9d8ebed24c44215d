import type { StandInAnswer } from '@sifaka/plugin-sdk/conformance';

/** A `Status` that says no, in the words of an API server. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  static owned(conflicts: readonly { other: string; field: readonly string[] }[]): Refusal {
    const causes = conflicts.map(({ other, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with "${other}" using v1`, field: `.${field.join('.')}` }));
    const words = causes.map(({ message, field }) => `${message}: ${field}`).join('\n- ');
    return new Refusal(409, 'Conflict', `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${words}`, { details: { causes } });
  }

  static changed(name: string): Refusal {
    return new Refusal(409, 'Conflict', `Operation cannot be fulfilled on secrets "${name}": the object has been modified; please apply your changes to the latest version and try again`);
  }

  static invalid(name: string, rule: string): Refusal {
    return new Refusal(422, 'Invalid', `Secret "${name}" is invalid: ${rule}`);
  }

  static missing(kind: string, name: string): Refusal {
    return new Refusal(404, 'NotFound', `${kind} "${name}" not found`);
  }

  toAnswer(): StandInAnswer {
    const { status: code, reason, message, more } = this;
    return { status: code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, ...more } };
  }
}
