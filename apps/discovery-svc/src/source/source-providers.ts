import { ChangeSources } from './change-sources.js';
import { DeleteSource } from './delete-source.js';
import { EnsureSource } from './ensure-source.js';
import { ReadSources } from './read-sources.js';
import { RequestSync } from './request-sync.js';
import { SaveSource } from './save-source.js';
import { SourcePlugins } from './source-plugins.js';
import { SourceTrail } from './source-trail.js';
import { SourceRepository } from './source.repository.js';
import { SyncTasks } from './sync-tasks.js';
import { TellMissed } from './tell-missed.js';
import { TestSource } from './test-source.js';

/** What keeps sources. */
export const sourceProviders = [ChangeSources, DeleteSource, EnsureSource, ReadSources, RequestSync, SaveSource, SourcePlugins, SourceRepository, SourceTrail, SyncTasks, TellMissed, TestSource];
