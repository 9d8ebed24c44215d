import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { RevocationHandlers } from './revocation.handlers.js';
import { RevokeAcmeCertificate } from './revoke-acme-certificate.js';

@Module({ imports: [AccountModule], controllers: [RevocationHandlers], providers: [RevokeAcmeCertificate] })
export class RevocationModule {}
