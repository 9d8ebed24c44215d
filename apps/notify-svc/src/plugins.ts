import metricAtlas from '@sifaka/plugin-metric-atlas';
import metricAtlasRedis from '@sifaka/plugin-metric-atlas-redis';
import metricInfluxdb from '@sifaka/plugin-metric-influxdb';
import metricStatsd from '@sifaka/plugin-metric-statsd';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Metric plugins, of which the configuration chooses. */
export const metricPlugins: readonly Plugin<'metric'>[] = [metricAtlas, metricAtlasRedis, metricStatsd, metricInfluxdb];

/** Every notification or metric plugin that this service hosts. A plugin that is not here does not exist. */
export const notifyPlugins: readonly Plugin<'notification' | 'metric'>[] = [...metricPlugins];
