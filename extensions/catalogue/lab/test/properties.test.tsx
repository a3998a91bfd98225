import { cleanup } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { START } from '../src/state';
import { OTHER } from './fakes';
import { row, show } from './panelFakes';

afterEach(cleanup);

test('properties are offered anew when other catalogues are chosen, or all are listed anew', () => {
  const { actions, again } = show({ view: { ...START.view, open: ['filters'] } });
  again({ listings: 2 });
  again({ listings: 2, rows: [row(), { ...row(), source: OTHER }] });
  expect(actions.properties.offer).toHaveBeenCalledTimes(3);
});
