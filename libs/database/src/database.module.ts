import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database } from './database.js';

/** Provides an opened {@link Database} (and its TypeORM DataSource) to a Nest application; whoever opened it closes it. */
@Module({})
export class DatabaseModule {
  static forService(database: Database): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: Database, useValue: database },
        { provide: DataSource, useValue: database.dataSource },
      ],
      exports: [Database, DataSource],
    };
  }
}
