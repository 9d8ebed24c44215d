import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { discoveryPlugins } from './plugins.js';

@Module({ imports: [StatusModule.forService('discovery', discoveryPlugins)] })
export class DiscoveryModule {}
