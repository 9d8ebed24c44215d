import { cpuSecondsOf, memoryBytesOf, type Platform } from '@sifaka/e2e';

export interface Usage {
  cpuSeconds: number;
  peakMemoryBytes: number;
}

const samplePauseMs = 500;

/** What all processes of the platform used while the action ran. */
export async function measured<T>(platform: Platform, action: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
  const before = cpuSecondsOf(platform.processes());
  let peakMemoryBytes = 0;
  const sample = () => {
    peakMemoryBytes = Math.max(peakMemoryBytes, memoryBytesOf(platform.processes()));
  };
  const timer = setInterval(sample, samplePauseMs);
  try {
    const result = await action();
    sample();
    return { result, usage: { cpuSeconds: cpuSecondsOf(platform.processes()) - before, peakMemoryBytes } };
  } finally {
    clearInterval(timer);
  }
}
