import { AppError } from '@sifaka/kernel';

/** Does it again while the platform's own parts are away: seven times in two minutes. What it does must bear repetition. */
export async function persistently<T>(work: () => Promise<T>, firstMs = 1_000): Promise<T> {
  for (let pauseMs = firstMs; ; pauseMs *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable' || error.reason === 'certificate.too_late' || pauseMs > 64 * firstMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
