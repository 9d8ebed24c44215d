import { Module } from '@nestjs/common';
import { discoveryParts } from './discovery.parts.js';
import { discoveryPlugins } from './plugins.js';

/** Sources of certificates, and the endpoints that serve them. */
@Module(discoveryParts(discoveryPlugins))
export class DiscoveryModule {}
