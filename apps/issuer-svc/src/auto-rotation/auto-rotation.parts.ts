import { AutoRotationFilters } from './auto-rotation-filters.js';
import { AutoRotationTasks } from './auto-rotation-tasks.js';
import { AutoRotationRepository } from './auto-rotation.repository.js';
import { DeactivateTestCertificates } from './deactivate-test-certificates.js';
import { DisableDuplicates } from './disable-duplicates.js';
import { MeasureExpirations } from './measure-expirations.js';
import { SwitchRotation } from './switch-rotation.js';

/** What the platform switches and measures by itself. */
export const autoRotationProviders = [AutoRotationRepository, AutoRotationFilters, SwitchRotation, AutoRotationTasks, DisableDuplicates, MeasureExpirations, DeactivateTestCertificates];
