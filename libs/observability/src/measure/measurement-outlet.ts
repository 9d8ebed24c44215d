import type { MetricType } from './definition.js';

/** What is sent to providers: Lemur's name, type and tags, and the value in its unit (milliseconds for timers). */
export interface TakenMeasurement {
  name: string;
  type: MetricType;
  value: number;
  tags: Record<string, string>;
}

/** Takes measurements to providers. */
export interface MeasurementOutlet {
  /** Never waits and never throws: what it has no room for it drops. */
  take(measurement: TakenMeasurement): void;
  /** Settles when there is room again for many at once. */
  room(): Promise<void>;
}

const outlets: MeasurementOutlet[] = [];

/**
 * From now on measurements of this process go there, unless they go somewhere already: of several services in one process one alone sends
 * them, or they would count twice. When that one ends, the next takes over.
 *
 * @returns ends it
 */
export function openOutlet(outlet: MeasurementOutlet): () => void {
  outlets.push(outlet);
  return () => {
    const place = outlets.indexOf(outlet);
    if (place >= 0) outlets.splice(place, 1);
  };
}

/** The one that measurements go to; undefined while no provider is configured. */
export const currentOutlet = (): MeasurementOutlet | undefined => outlets[0];
