import sourceVault from '@sifaka/plugin-source-vault';
import sourceKubernetes from '@sifaka/plugin-source-kubernetes';
import sourceNetwork from '@sifaka/plugin-source-network';
import sourceAws from '@sifaka/plugin-source-aws';
import sourceAwsAcm from '@sifaka/plugin-source-aws-acm';
import sourceFile from '@sifaka/plugin-source-file';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Every source plugin that this service hosts. A plugin that is not here does not exist. */
export const discoveryPlugins: readonly Plugin<'source'>[] = [sourceVault, sourceKubernetes, sourceNetwork, sourceAws, sourceAwsAcm, sourceFile];
