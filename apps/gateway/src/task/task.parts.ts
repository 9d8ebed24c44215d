import { PlatformStatus } from './platform-status.js';
import { ReportLastSuccess } from './report-last-success.js';
import { RunTask } from './run-task.js';
import { TaskController } from './task.controller.js';

export const taskControllers = [TaskController];

export const taskProviders = [PlatformStatus, ReportLastSuccess, RunTask];
