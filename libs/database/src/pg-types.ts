import pg from 'pg';

const { builtins, getTypeParser } = pg.types;

/**
 * How values arrive from Postgres: `int8` as number while that is exact (as text beyond 2^53), `timestamptz` as Date,
 * `numeric` and `date` as text, arrays alike. Held per pool, because the parsers of the driver are global to the process.
 */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const own = format === 'binary' ? undefined : textParsers.get(oid);
    const driver: unknown = getTypeParser(oid, format);
    return own ?? driver;
  },
};

const int8ArrayOid = 1016;
const dateArrayOid = 1182;

const textParsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, exactInteger],
  [builtins.DATE, (text) => text],
  [int8ArrayOid, (text) => plainArray(text).map((item) => (item === null ? null : exactInteger(item)))],
  [dateArrayOid, plainArray],
]);

function exactInteger(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** One-dimensional array of unquoted items, which is what numbers and dates are sent as: `{1,NULL,3}`. */
function plainArray(text: string): (string | null)[] {
  const inner = text.slice(1, -1);
  return inner === '' ? [] : inner.split(',').map((item) => (item === 'NULL' ? null : item));
}
