import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { DnsModule } from './dns/dns.module.js';
import { acmePlugins } from './plugins.js';

@Module({ imports: [DnsModule, StatusModule.forService('acme', acmePlugins)] })
export class AcmeModule {}
