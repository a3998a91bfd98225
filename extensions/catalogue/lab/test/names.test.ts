import { expect, test } from 'vitest';
import { IN_MENU, named } from '../src/plugins/names';

test('a command is told in full in the palette, and in short in the menu of the row it acts on', () => {
  const label = named('Copy the Id of the Selected Catalogue Item', 'Copy Its Id');
  expect(label({})).toBe('Copy the Id of the Selected Catalogue Item');
  expect(label({ menu: 'other' })).toBe('Copy the Id of the Selected Catalogue Item');
  expect(label(IN_MENU)).toBe('Copy Its Id');
});
