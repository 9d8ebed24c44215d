import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { deployPlugins } from './plugins.js';
import { PluginsModule } from './plugins.module.js';

@Module({ imports: [PluginsModule, StatusModule.forService('deploy', deployPlugins)] })
export class DeployModule {}
