import { expect, it } from '@jest/globals';
import { sizeText } from './size-text.js';

it.each([
  [1, '1 byte'],
  [512, '512 bytes'],
  [3_400, '3.4 kB'],
  [2_100_000, '2.1 MB'],
])('writes %i bytes as "%s"', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
