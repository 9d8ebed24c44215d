import { updateSourceOperation, type SourceView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActiveSwitch } from '../ui/active-switch.js';
import { switched } from './source-request.js';

/** Whether it is looked at by schedule. */
export function SourceSwitch({ source }: { source: SourceView }) {
  const { isAdmin } = useMe();
  const save = (active: boolean) => api.call(updateSourceOperation, { params: { id: source.id }, body: switched(source, active) });
  return <ActiveSwitch of={source} mayChange={isAdmin} save={save} />;
}
