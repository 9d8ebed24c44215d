import { CheckDestinationOptions } from './check-destination-options.js';
import { DestinationController } from './destination.controller.js';
import { SaveDestination } from './save-destination.js';

export const destinationControllers = [DestinationController];
export const destinationProviders = [CheckDestinationOptions, SaveDestination];
