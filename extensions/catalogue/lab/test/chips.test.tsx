import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { show } from './panelFakes';

afterEach(cleanup);

const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('each filter that is set is a chip with a button that takes it away', () => {
  const form = {
    ...EMPTY_FORM,
    words: 'ice',
    to: '2020',
    area: {
      area: { bbox: [1, 2, 3, 4] as [number, number, number, number], geometry: null },
      label: 'Fiji'
    },
    properties: [
      { property: 'eo:cloud_cover', op: '<=' as const, value: 20 },
      { property: 'gsd', op: '>=' as const, value: 10 },
      { property: 'gsd', op: '<=' as const, value: 30 },
      { property: 'platform', op: 'in' as const, value: ['a', 'b'] }
    ]
  };
  const { actions } = show({ form });
  const chips = within(screen.getByRole('list', { name: 'Filters that are set' }));
  expect(chips.getAllByRole('listitem').map(each => each.textContent)).toEqual([
    '“ice”',
    'until 2020',
    'Fiji',
    'cloud cover ≤ 20 %',
    'gsd ≥ 10 and ≤ 30',
    'platform one of a, b'
  ]);
  fireEvent.click(button('Remove the limit on gsd'));
  expect(actions.search.searchWithout).toHaveBeenCalledWith('property:gsd');
});
