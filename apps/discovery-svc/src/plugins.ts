import sourceVault from '@sifaka/plugin-source-vault';
import sourceKubernetes from '@sifaka/plugin-source-kubernetes';
import sourceNetwork from '@sifaka/plugin-source-network';
import sourceAws from '@sifaka/plugin-source-aws';
import sourceAwsAcm from '@sifaka/plugin-source-aws-acm';
import sourceFile from '@sifaka/plugin-source-file';
import sourceAdcs from '@sifaka/plugin-source-adcs';
import sourceDigicert from '@sifaka/plugin-source-digicert';
import sourceDigicertCis from '@sifaka/plugin-source-digicert-cis';
import sourceEntrust from '@sifaka/plugin-source-entrust';
import sourceVerisign from '@sifaka/plugin-source-verisign';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Every source plugin that this service hosts. A plugin that is not here does not exist. */
export const discoveryPlugins: readonly Plugin<'source'>[] = [sourceVault, sourceKubernetes, sourceNetwork, sourceAws, sourceAwsAcm, sourceFile, sourceAdcs, sourceDigicert, sourceDigicertCis, sourceEntrust, sourceVerisign];
