import { Module } from '@nestjs/common';
import type { Plugin } from '@sifaka/plugin-sdk';
import { cleanupParts } from '../cleanup/cleanup.parts.js';
import { crlParts } from '../crl/crl.parts.js';
import { deploymentParts } from '../deployment/deployment.parts.js';
import { PluginsModule } from '../plugins.module.js';
import { rotationParts } from '../rotation/rotation.parts.js';
import { timelineParts } from '../timeline/timeline.parts.js';
import { ChallengeTokenRepository } from '../token/challenge-token.repository.js';
import { ClearTokens } from '../token/clear-tokens.js';
import { FindTokenPlace } from '../token/find-token-place.js';
import { RemoveTokens } from '../token/remove-tokens.js';
import { UploadTokens } from '../token/upload-tokens.js';
import { deployPlugins, fileFormats } from '../plugins.js';
import { ChangeDestinations } from './change-destinations.js';
import { DeleteDestination } from './delete-destination.js';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationTrail } from './destination-trail.js';
import { DestinationHandlers } from './destination.handlers.js';
import { DestinationRepository } from './destination.repository.js';
import { ReadDestinations } from './read-destinations.js';
import { SaveDestination } from './save-destination.js';
import { TestDestination } from './test-destination.js';

const destinationProviders = [DestinationRepository, DestinationPlugins, DestinationTrail, ReadDestinations, SaveDestination, DeleteDestination, ChangeDestinations, TestDestination];

const tokenProviders = [ChallengeTokenRepository, ClearTokens, FindTokenPlace, UploadTokens, RemoveTokens];

/** What the module is made of, with these plugins. */
export const destinationParts = (plugins: readonly Plugin<'destination'>[], formats: readonly Plugin<'export'>[] = fileFormats) => ({
  imports: [PluginsModule.with([...plugins, ...formats])],
  controllers: [DestinationHandlers, ...deploymentParts.controllers, ...rotationParts.controllers, ...timelineParts.controllers, ...crlParts.controllers],
  providers: [...destinationProviders, ...tokenProviders, ...deploymentParts.providers, ...rotationParts.providers, ...cleanupParts.providers, ...timelineParts.providers, ...crlParts.providers],
});

/** Destinations, the certificates that are deployed to them, and the tokens of HTTP-01 challenges that they serve. */
@Module(destinationParts(deployPlugins))
export class DestinationModule {}
