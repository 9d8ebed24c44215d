export type MetricType = 'counter' | 'gauge' | 'timer';

/** One of Lemur's metrics: who measures it, what it is told apart by, and for whom. */
export interface MetricDefinition<Type extends MetricType = MetricType, Tag extends string = string, Label extends string = string> {
  readonly type: Type;
  /** Services that measure it. */
  readonly from: readonly string[];
  readonly help: string;
  /** Tags that providers get: Lemur's, whatever their values. */
  readonly tags: readonly Tag[];
  /** Labels in Prometheus and OTLP: each has as many values as somebody set things up, never as many as there are certificates or users. */
  readonly labels: readonly Label[];
  /** Lemur sends a timer whose value is always one: a counter in Prometheus and OTLP. */
  readonly isTally: boolean;
}

interface Told<Tag extends string, Label extends string> {
  tags?: readonly Tag[];
  labels?: readonly Label[];
}

const definition =
  <Type extends MetricType>(type: Type, isTally = false) =>
  <const Tag extends string = never, const Label extends string = never>(
    from: string,
    help: string,
    { tags = [], labels = [] }: Told<Tag, Label> = {},
  ): MetricDefinition<Type, Tag, Label> => ({ type, from: from.split(' '), help, tags, labels, isTally });

/** @param from services, separated by spaces */
export const counted = definition('counter');
export const gauged = definition('gauge');
export const timed = definition('timer');
export const tallied = definition('timer', true);
