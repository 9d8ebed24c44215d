import { ComposeRotations } from './compose-rotations.js';
import { RotationController } from './rotation.controller.js';

export const rotationControllers = [RotationController];
export const rotationProviders = [ComposeRotations];
