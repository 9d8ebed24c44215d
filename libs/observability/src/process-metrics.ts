import { monitorEventLoopDelay } from 'node:perf_hooks';
import { observe } from './metrics.js';

const delayResolutionMs = 20;
let isStarted = false;

/** Memory, processor time and event loop lag of this process; a second call does nothing. */
export function startProcessMetrics(): void {
  if (isStarted) return;
  isStarted = true;
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  observe('process_event_loop_lag_seconds', 'Event loop lag since the last reading', () => {
    // The timer that measures fires every 20 ms by itself: what is above that is lag.
    const lag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - delayResolutionMs / 1e3);
    const values = [
      { value: lag(delay.percentile(50)), labels: { quantile: '0.5' } },
      { value: lag(delay.percentile(99)), labels: { quantile: '0.99' } },
      { value: lag(delay.max), labels: { quantile: '1' } },
    ];
    delay.reset();
    return values;
  });
  observe('process_resident_memory_bytes', 'Resident memory', () => [{ value: process.memoryUsage.rss() }]);
  observe('process_cpu_seconds', 'Processor time used since start', () => {
    const { user, system } = process.cpuUsage();
    return [
      { value: user / 1e6, labels: { mode: 'user' } },
      { value: system / 1e6, labels: { mode: 'system' } },
    ];
  });
}
