import { Module } from '@nestjs/common';
import { StatusModule } from '@sifaka/runtime';
import { DnsModule } from './dns/dns.module.js';
import { AccountModule } from './account/account.module.js';
import { OrderModule } from './order/order.module.js';
import { acmePlugins } from './plugins.js';
import { RevocationModule } from './revocation/revocation.module.js';

@Module({ imports: [AccountModule, RevocationModule, DnsModule, OrderModule, StatusModule.forService('acme', acmePlugins)] })
export class AcmeModule {}
