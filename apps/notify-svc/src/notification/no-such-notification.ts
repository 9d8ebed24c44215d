import { AppError } from '@sifaka/kernel';

export const noSuchNotification = (id: number): AppError => new AppError('not_found', `notification ${id} does not exist`);
