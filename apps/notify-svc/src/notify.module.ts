import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { notifyPlugins } from './plugins.js';

@Module({ imports: [StatusModule.forService('notify', notifyPlugins)] })
export class NotifyModule {}
