import { startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

export const credentials = { customer_name: 'sample', username: 'acme', password: 'right-password-0123456789' };

const Login = z.strictObject({ customer_name: z.string(), user_name: z.string(), password: z.string() });
const NewRecord = z.strictObject({ rdata: z.strictObject({ txtdata: z.string().min(1) }), ttl: z.string().regex(/^\d+$/) });

interface Stored {
  id: number;
  zone: string;
  name: string;
  value: string;
  ttl: number;
}

interface Session {
  pending: { zone: string; added?: Stored; removed?: number }[];
  isBusy: boolean;
}

const failure = (status: number, code: string, info: string): StandInAnswer => ({ status, body: { status: 'failure', data: {}, job_id: 1, msgs: [{ INFO: info, SOURCE: 'BLL', ERR_CD: code, LVL: 'ERROR' }, { INFO: 'more words', SOURCE: 'BLL', ERR_CD: null, LVL: 'INFO' }] } });
const success = (data: unknown): StandInAnswer => ({ body: { status: 'success', data, job_id: 1, msgs: [{ INFO: 'done', SOURCE: 'BLL', ERR_CD: null, LVL: 'INFO' }] } });

/** The REST API of Dyn Managed DNS as its documentation describes it: sessions with changes of their own that are published, jobs, error codes. */
export async function startDyn(zones: readonly string[]) {
  const records: Stored[] = [];
  const sessions = new Map<string, Session>();
  const jobs = new Map<string, { answer: StandInAnswer; asked: number }>();
  const state = { logins: 0, publishes: 0, jobCalls: 0, blockedPublishes: 0, jobsFor: (_request: SeenRequest): boolean => false, endsBefore: (_request: SeenRequest): boolean => false };
  let lastId = 0;

  function login(json: unknown): StandInAnswer {
    const { data } = Login.safeParse(json);
    if (data?.customer_name !== credentials.customer_name || data.user_name !== credentials.username || data.password !== credentials.password) return failure(400, 'INVALID_DATA', `login: Credentials you entered did not match those in our database: ${data?.password}`);
    const token = `session-${++state.logins}-0123456789`;
    sessions.set(token, { pending: [], isBusy: false });
    return success({ token, version: '3.7.14' });
  }

  const seenBy = (session: Session): Stored[] => {
    const removed = new Set(session.pending.map((change) => change.removed));
    return [...records, ...session.pending.flatMap(({ added }) => added ?? [])].filter(({ id }) => !removed.has(id));
  };

  function txt(session: Session, { method, json, query }: SeenRequest, [zone = '', name = '', id]: readonly string[]): StandInAnswer {
    const found = seenBy(session).filter((record) => record.name === name);
    if (method === 'GET' && found.length === 0) return failure(404, 'NOT_FOUND', 'node: Not in zone');
    const rows = found.map((record) => ({ zone, fqdn: name, record_type: 'TXT', record_id: record.id, ttl: record.ttl, rdata: { txtdata: record.value } }));
    if (method === 'GET') return success(query.get('detail') === 'Y' ? rows : rows.map(({ record_id: each }) => `/REST/TXTRecord/${zone}/${name}/${each}`));
    if (method === 'DELETE') {
      if (!found.some((record) => String(record.id) === id)) return failure(404, 'NOT_FOUND', 'id: No such record');
      session.pending.push({ zone, removed: Number(id) });
      return success({});
    }
    const { data: record } = NewRecord.safeParse(json);
    if (record === undefined) return failure(400, 'INVALID_DATA', 'rdata: wrong');
    if (record.rdata.txtdata === 'refused') return failure(400, 'INVALID_DATA', 'rdata: txtdata is refused');
    if (found.some(({ value }) => value === record.rdata.txtdata)) return failure(400, 'TARGET_EXISTS', 'make: Cannot duplicate existing record data');
    session.pending.push({ zone, added: { id: ++lastId, zone, name, value: record.rdata.txtdata, ttl: Number(record.ttl) } });
    return success({});
  }

  function publish(session: Session, zone: string): StandInAnswer {
    if (state.blockedPublishes-- > 0) return failure(400, 'OPERATION_FAILED', 'zone: Operation blocked by current job');
    for (const { added, removed } of session.pending.filter((change) => change.zone === zone)) {
      if (added !== undefined) records.push(added);
      if (removed !== undefined) records.splice(0, records.length, ...records.filter(({ id }) => id !== removed));
    }
    session.pending = session.pending.filter((change) => change.zone !== zone);
    state.publishes += 1;
    return success({ zone, serial: state.publishes });
  }

  function route(session: Session, request: SeenRequest): StandInAnswer {
    const [resource = '', zone = '', ...rest] = request.path.replace(/^\/REST\/|\/$/g, '').split('/').map(decodeURIComponent);
    if (resource === 'Zone' && zone === '') return success(zones.map((name) => `/REST/Zone/${name}/`));
    if (!zones.includes(zone)) return failure(404, 'NOT_FOUND', 'zone: No such zone in your account');
    if (resource === 'Zone' && request.method === 'PUT') return publish(session, zone);
    if (resource === 'TXTRecord') return txt(session, request, [zone, ...rest]);
    if (resource !== 'ZoneChanges') return failure(404, 'INVALID_REQUEST', 'no such resource');
    session.pending = session.pending.filter((change) => change.zone !== zone);
    return success({});
  }

  function job(id: string): StandInAnswer {
    const found = jobs.get(id);
    state.jobCalls += 1;
    if (found === undefined) return failure(404, 'NOT_FOUND', 'job: No such job');
    found.asked += 1;
    return found.asked < 2 ? { body: { status: 'incomplete', data: {}, job_id: Number(id), msgs: [] } } : found.answer;
  }

  function answer(request: SeenRequest): StandInAnswer {
    const { headers, method, path } = request;
    if (headers['content-type'] !== 'application/json') return failure(406, 'INVALID_REQUEST', 'content type must be application/json');
    if (path === '/REST/Session/' && method === 'POST') return login(request.json);
    const token = String(headers['auth-token']);
    if (state.endsBefore(request)) sessions.delete(token);
    const session = sessions.get(token);
    if (session === undefined) return failure(400, 'INVALID_DATA', `login: Bad or expired credentials: ${token}`);
    if (path === '/REST/Session/') return success(sessions.delete(token));
    const [, jobId] = /^\/REST\/Job\/(\d+)\/$/.exec(path) ?? [];
    if (jobId !== undefined) return job(jobId);
    const done = route(session, request);
    if (!state.jobsFor(request)) return done;
    const id = String(1_000 + jobs.size);
    jobs.set(id, { answer: done, asked: 0 });
    return { status: 307, headers: { location: `/REST/Job/${id}` } };
  }

  // A session does one call at a time.
  const standIn = await startStandIn(async (request) => {
    const session = sessions.get(String(request.headers['auth-token']));
    if (session === undefined) return answer(request);
    if (session.isBusy) return failure(400, 'OPERATION_FAILED', 'token: This session already has a job running');
    session.isBusy = true;
    await new Promise((resolve) => setImmediate(resolve));
    session.isBusy = false;
    return answer(request);
  });
  return { ...standIn, url: `${standIn.url}/REST`, state, sessions, records, read: (name: string) => records.filter((record) => record.name === name).map(({ value }) => value) };
}
