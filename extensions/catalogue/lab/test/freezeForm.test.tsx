import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { NOTHING_FROZEN } from '../src/freezing';
import { START, type Section } from '../src/state';
import type { FrozenState } from '../src/tokens';
import { item } from './fakes';
import { rowsOf, show } from './panelFakes';

afterEach(cleanup);

const open = (section: Section) => ({ ...START.view, open: [section] });
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const field = (name: string | RegExp) => screen.getByLabelText(name) as HTMLInputElement;
const change = (element: Element, value: string) =>
  fireEvent.change(element, { target: { value } });

describe('freezing', () => {
  const FROZEN: FrozenState = {
    id: 'f',
    title: 'Ice',
    path: 'frozen-searches/Ice',
    state: 'freezing',
    items: 3,
    assets: 2,
    bytes: 2048,
    problem: null
  };

  test('takes a title, what is kept and how much, and tells where it goes', async () => {
    const { actions } = show({ view: open('saved'), found: rowsOf(item()) });
    change(field('Title of the frozen search'), ' ../Ice in May! ');
    expect(screen.getByText('Into frozen-Ice-in-May- in your files')).toBeTruthy();
    change(field('What is kept'), 'small');
    change(field('Most items'), '99999');
    change(field('Largest file in megabytes'), '5');
    change(field('Folder or file'), 'zip');
    fireEvent.click(button('Freeze'));
    expect(actions.freezing.start).toHaveBeenCalledWith({
      title: '../Ice in May!',
      path: 'frozen-Ice-in-May-.zip',
      most_items: 10000,
      assets: 'small',
      largest_asset_bytes: 5_000_000
    });
    await waitFor(() => expect(field('Title of the frozen search').value).toBe(''));
  });

  test('asks for the size of files only where files are kept', () => {
    show({ view: open('saved'), found: rowsOf(item()) });
    expect(screen.queryByLabelText('Largest file in megabytes')).toBeNull();
  });

  test('is not offered where nothing was found', () => {
    show({ view: open('saved') });
    change(field('Title of the frozen search'), 'Ice');
    expect((button('Freeze') as HTMLButtonElement).disabled).toBe(true);
  });

  test('tells how far it is, and can be cancelled', () => {
    const { actions, again } = show(
      { view: open('saved') },
      { freezing: { ...NOTHING_FROZEN, frozen: [FROZEN] } }
    );
    expect(screen.getByText('3 items, 2 files, 2.0 KiB in frozen-searches/Ice')).toBeTruthy();
    fireEvent.click(button('Cancel'));
    expect(actions.freezing.stop).toHaveBeenCalledWith('f');
    again({}, { freezing: { ...NOTHING_FROZEN, frozen: [{ ...FROZEN, state: 'ready' }] } });
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
    expect(screen.getByText('ready')).toBeTruthy();
  });

  test.each([
    ['ready', 'eohub-Hint'],
    ['failed', 'eohub-Fault']
  ] as const)('tells what is not as wanted, %s as %s', (state, look) => {
    const frozen = [{ ...FROZEN, state, problem: 'Why.' }];
    show({ view: open('saved') }, { freezing: { ...NOTHING_FROZEN, frozen } });
    expect(screen.getByText('Why.').className).toBe(look);
  });
});
