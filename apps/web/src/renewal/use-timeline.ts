import { getTimelineOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';
import { refreshMsOf } from './renewal-state.js';

/** What happened to a certificate and what will, read again while something is under way. */
export const useTimeline = (id: number) =>
  useQuery({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => api.call(getTimelineOperation, { params: { id }, signal }),
    refetchInterval: ({ state }) => refreshMsOf(state.data?.renewal),
  });
