import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { acmePlugins } from './plugins.js';

@Module({ imports: [StatusModule.forService('acme', acmePlugins)] })
export class AcmeModule {}
