import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { DestinationModule } from './destination/destination.module.js';
import { deployPlugins } from './plugins.js';

@Module({ imports: [DestinationModule, StatusModule.forService('deploy', deployPlugins)] })
export class DeployModule {}
