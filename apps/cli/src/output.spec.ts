import { expect, it } from '@jest/globals';
import { listText, objectText } from './output.js';

const rows = [
  { id: 1, name: 'shop.example.com' },
  { id: 20, name: 'x' },
];
const columns = { id: (row: (typeof rows)[number]) => row.id, name: (row: (typeof rows)[number]) => row.name };

it('lines columns up and leaves no blanks at the ends', () => {
  expect(listText('table', rows, columns)).toBe('ID  NAME\n1   shop.example.com\n20  x\n');
});

it('gives programs the whole objects', () => {
  expect(JSON.parse(listText('json', rows, { id: columns.id }))).toEqual(rows);
  expect(listText('yaml', rows, { id: columns.id })).toBe('- id: 1\n  name: shop.example.com\n- id: 20\n  name: x\n');
});

it('leaves out fields without a value and indents further lines', () => {
  const fields = { Name: () => 'a', Nothing: () => null, Names: () => 'b\nc' };
  expect(objectText('table', {}, fields)).toBe('Name     a\nNames    b\n         c\n');
});

it('lets no name steer the terminal', () => {
  expect(listText('table', [{ id: 1, name: '\u001b[2Jevil' }], columns)).toContain('?[2Jevil');
});
