import { listNotificationsOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../session/api.js';

const query = { count: 1_000, sortBy: 'label', sortDir: 'asc' };

/** To choose from in a form. */
export const useNotifications = () =>
  useQuery({ queryKey: ['notifications', 'all'], queryFn: ({ signal }) => api.call(listNotificationsOperation, { query, signal }), retry: false });
