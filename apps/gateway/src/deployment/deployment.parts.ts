import { DeploymentController } from './deployment.controller.js';

export const deploymentControllers = [DeploymentController];
