import { Injectable } from '@nestjs/common';
import type { InputOf, listRotations, OutputOf, RotationRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RotationRepository } from './rotation.repository.js';
import { rotationView } from './rotation.view.js';

@Injectable()
export class ReadRotations {
  constructor(private readonly rotations: RotationRepository) {}

  async list(input: InputOf<typeof listRotations>): Promise<OutputOf<typeof listRotations>> {
    const { rows, total, nextCursor } = await this.rotations.list(input);
    return { items: rows.map(rotationView), total, nextCursor };
  }

  async get(id: number): Promise<RotationRecord> {
    const row = await this.rotations.byId(id);
    if (row === undefined) throw noSuchRotation(id);
    return rotationView(row);
  }
}

export const noSuchRotation = (id: number): AppError => new AppError('not_found', `rotation ${id} does not exist`);
