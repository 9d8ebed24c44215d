import { AttachDestinations } from './attach-destinations.js';
import { Attachments } from './attachments.js';

export const attachmentProviders = [AttachDestinations, Attachments];
