import { ApiClient } from '@sifaka/api-client';
import { toAppError } from '@sifaka/kernel';
import { QueryClient } from '@tanstack/react-query';
import { currentToken, endSession } from './session.js';

/** The gateway that served this page. */
export const api = new ApiClient({ url: '', token: currentToken, onSessionOver: () => endSession(true) });

const retriable = ['unavailable', 'rate_limited', 'upstream_timeout'];

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && retriable.includes(toAppError(error).code),
    },
  },
});

/** Everything on show is read again: one change shows in several lists. */
export const refreshAll = (): Promise<void> => queryClient.invalidateQueries();
