import { CleanSource } from './clean-source.js';
import { CleanTasks } from './clean-tasks.js';
import { CleanupRepository } from './cleanup.repository.js';
import { RemoveFromPlace } from './remove-from-place.js';

/** What takes expired certificates out of sources. */
export const cleanupProviders = [CleanSource, CleanTasks, CleanupRepository, RemoveFromPlace];
