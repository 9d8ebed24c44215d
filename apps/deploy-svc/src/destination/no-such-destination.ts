import { AppError } from '@sifaka/kernel';

export const noSuchDestination = (id: number): AppError => new AppError('not_found', `destination ${id} does not exist`);
