import { Module } from '@nestjs/common';
import { DnsChallenges } from './dns-challenges.js';
import { PlaceChallenge } from './place-challenge.js';
import { Propagation } from './propagation.js';
import { TxtRecords } from './txt-records.js';

/** DNS providers, their zones, and the TXT records of challenges. */
@Module({ providers: [DnsChallenges, PlaceChallenge, Propagation, TxtRecords], exports: [DnsChallenges] })
export class DnsModule {}
