import { isAppError } from '@sifaka/kernel';

/** What is shown of an object does not wait for a service that is being restarted: `instead` is shown of what that one keeps. */
export async function whileAway<T, I>(answer: Promise<T>, instead: I): Promise<T | I> {
  try {
    return await answer;
  } catch (error) {
    if (isAppError(error) && error.code === 'unavailable') return instead;
    throw error;
  }
}
