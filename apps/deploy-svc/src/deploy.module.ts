import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { deployPlugins } from './plugins.js';

@Module({ imports: [StatusModule.forService('deploy', deployPlugins)] })
export class DeployModule {}
