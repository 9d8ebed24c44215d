import { counter, histogram } from '@sifaka/observability';

export const queryMetrics = {
  seconds: histogram('sifaka_database_query_seconds', 'Time from statement to rows, waiting for a connection included', [
    'service',
    'statement',
  ]),
  faults: counter('sifaka_database_query_faults', 'Statements that Postgres refused or did not answer', ['service']),
};
