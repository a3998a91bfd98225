import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { keyOf } from '../src/merge';
import { drawn, lengthOf, scrollTo, topOf } from '../src/panel/window';
import { item, OTHER } from './fakes';
import { row, rowsOf, seenMap, show } from './panelFakes';

afterEach(cleanup);

const MANY = rowsOf(
  ...Array.from({ length: 5000 }, (_, number) =>
    item({ id: `i${number}`, title: `Item ${number}` })
  )
);
const list = () => screen.getByRole('list', { name: 'Items' });
const rows = () => [...list().children] as HTMLElement[];
const focused = () => (document.activeElement as HTMLElement).dataset['index'];

test('of 5,000 rows only a few are drawn, in a list as long as all of them', () => {
  show({ found: MANY });
  expect(rows().length).toBeLessThan(40);
  expect(Number.parseInt(list().style.height, 10)).toBe(5000 * 74);
  expect(rows()[3]?.style.top).toBe(`${3 * 74}px`);
});

test('a row tells a screen reader where it is, and in how many where that is known', () => {
  show({ found: MANY });
  expect(rows()[4]?.getAttribute('aria-posinset')).toBe('5');
  expect(rows()[4]?.getAttribute('aria-setsize')).toBe('5000');
  cleanup();
  show({ found: MANY, rows: [row({ next: 'x' })] });
  expect(rows()[4]?.getAttribute('aria-setsize')).toBe('-1');
});

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 4999, 4999],
  ['ArrowUp', 0, 0],
  ['End', 0, 4999],
  ['Home', 4999, 0],
  ['PageDown', 3, 4],
  ['PageUp', 3, 2]
])('%s at row %i leads to row %i, which is selected and has the focus', (key, from, to) => {
  const { actions, again } = show({ found: MANY, selected: MANY[from]?.key ?? null });
  const start = document.querySelector<HTMLElement>(`[data-index="${from}"]`);
  start?.focus();
  fireEvent.keyDown(start as HTMLElement, { key });
  expect(actions.search.select).toHaveBeenLastCalledWith(MANY[to]?.key);
  again({ selected: MANY[to]?.key ?? null });
  expect(focused()).toBe(String(to));
});

test('one row is reachable by tab: the selected one, however far away', () => {
  show({ found: MANY, selected: MANY[3000]?.key ?? null });
  expect(
    rows()
      .filter(each => each.tabIndex === 0)
      .map(each => each.dataset['index'])
  ).toEqual(['3000']);
});

test('the order of the list is chosen, and told to be one of what is loaded while more may belong between', () => {
  const { actions, again } = show({
    found: MANY,
    rows: [row({ next: 'x' }), row({ source: OTHER })]
  });
  const order = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Order of the list' });
  expect(order.selectedOptions[0]?.text).toBe('newest first');
  expect(screen.getByText('of what is loaded')).toBeTruthy();
  fireEvent.change(order, { target: { value: 'clearest' } });
  expect(actions.search.sort).toHaveBeenCalledWith('clearest');
  again({ rows: [row({ next: 'x' })] });
  expect(screen.queryByText('of what is loaded')).toBeNull();
});

test('rows that come in above those in view leave them where they are', () => {
  const later = MANY.slice(100);
  const { again } = show({ found: later });
  const box = document.querySelector('.eohub-Results') as HTMLElement;
  box.scrollTop = 20 * 74 + 5;
  fireEvent.scroll(box);
  again({ found: MANY });
  expect(box.scrollTop).toBe(120 * 74 + 5);
});

test('escape closes the open row', () => {
  const { actions } = show({ found: MANY, selected: MANY[1]?.key ?? null });
  fireEvent.keyDown(rows()[1] as HTMLElement, { key: 'Escape' });
  expect(actions.search.select).toHaveBeenCalledWith(null);
});

test.each([{ key: ' ' }, { key: 'ContextMenu' }, { key: 'F10', shiftKey: true }])(
  'the menu of a row opens by %j',
  press => {
    const { actions } = show({ found: MANY });
    fireEvent.keyDown(rows()[2] as HTMLElement, press);
    expect(actions.search.select).toHaveBeenCalledWith(MANY[2]?.key);
    expect(actions.openMenu).toHaveBeenCalledOnce();
  }
);

test('the menu of a row opens by its button', () => {
  const { actions } = show({ found: rowsOf(item()) });
  fireEvent.click(screen.getByRole('button', { name: 'Open A1B North America' }));
  expect(actions.search.select).toHaveBeenCalledWith(keyOf(item()));
  expect(actions.openMenu).toHaveBeenCalledOnce();
});

test('enter opens the page of an item that has no code', () => {
  const bare = item({ code_refusal: 'None of its assets is a Zarr store.' });
  const { actions } = show({ found: rowsOf(bare) });
  fireEvent.keyDown(rows()[0] as HTMLElement, { key: 'Enter' });
  expect(actions.openItem).toHaveBeenCalledWith(bare);
  expect(actions.insert).not.toHaveBeenCalled();
});

test('enter inserts the code of any data, where the cube view writes it', () => {
  const image = item({ code_refusal: 'None of its assets is a Zarr store.' });
  const { actions } = show({ found: rowsOf(image) }, { opensData: true });
  fireEvent.keyDown(rows()[0] as HTMLElement, { key: 'Enter' });
  expect(actions.insert).toHaveBeenCalledOnce();
});

test('keys of a button inside of a row are its own', () => {
  const { actions } = show({ found: rowsOf(item()) });
  fireEvent.keyDown(screen.getByRole('button', { name: /Insert code/ }), { key: 'Enter' });
  expect(actions.insert).not.toHaveBeenCalled();
});

test('a double click opens the page of an item, and so does the open row', () => {
  const { actions } = show({ found: rowsOf(item()), selected: keyOf(item()) });
  fireEvent.doubleClick(screen.getByText('A1B North America'));
  fireEvent.click(screen.getByRole('button', { name: 'All about this item' }));
  expect(actions.openItem).toHaveBeenCalledTimes(2);
});

test('row and footprint are highlighted together', () => {
  const footprint = { type: 'Point', coordinates: [1, 2] };
  const [shown] = rowsOf(item({ footprint }));
  const found = shown ? [shown, ...rowsOf(item({ id: 'nowhere' }))] : [];
  const { actions, again } = show({ found });
  fireEvent.mouseEnter(rows()[0] as HTMLElement);
  expect(actions.search.highlight).toHaveBeenCalledWith(shown?.key);
  expect(seenMap.props?.footprints).toEqual([
    { key: shown?.key, title: 'A1B North America', geometry: footprint }
  ]);
  seenMap.props?.onHighlight('other');
  expect(actions.search.highlight).toHaveBeenLastCalledWith('other');
  again({ highlighted: shown?.key ?? null });
  expect(rows().map(each => each.dataset['highlighted'])).toEqual(['true', 'false']);
  fireEvent.mouseLeave(list().parentElement as HTMLElement);
  expect(actions.search.highlight).toHaveBeenLastCalledWith(null);
});

test('the quicklook comes from the server, and is left out where it cannot be had', () => {
  const { actions } = show({ found: rowsOf(item({ quicklook: 'thumbnail' })) });
  expect(actions.quicklookUrl).toHaveBeenCalledWith({
    catalogue: 'embedded',
    collection: 'climate',
    item: 'a1b',
    asset: 'thumbnail'
  });
  const picture = document.querySelector('img');
  expect(picture?.getAttribute('loading')).toBe('lazy');
  expect(picture?.getAttribute('alt')).toBe('');
  fireEvent.error(picture as HTMLElement);
  expect(document.querySelector('img')).toBeNull();
});

test('an item of two catalogues names both', () => {
  const twin = { key: 'x', item: item(), also: [item({ catalogue: 'other' })] };
  show({ found: [twin], selected: 'x', rows: [row(), row({ source: OTHER })] });
  expect(screen.getByText('EOHub and Other')).toBeTruthy();
  expect(screen.getByText('EOHub and Other have this item')).toBeTruthy();
  expect(screen.getByText(/1 item in several catalogues/)).toBeTruthy();
});

test('defects are told by the open row', () => {
  const defects = [{ code: 'geometry_null', message: 'It has no geometry.' }];
  const broken = item({ defects });
  show({ found: rowsOf(broken), selected: keyOf(broken) });
  expect(screen.getByText('It has no geometry.')).toBeTruthy();
});

test('rows are placed after the open one, which is higher', () => {
  const rowsHere = { count: 100, height: 70, open: 3, extra: 200 };
  expect([3, 4, 5].map(index => topOf(rowsHere, index))).toEqual([210, 480, 550]);
  expect(lengthOf(rowsHere)).toBe(7200);
  expect(lengthOf({ ...rowsHere, open: 99 })).toBe(7200);
  expect(lengthOf({ ...rowsHere, open: -1, extra: 0 })).toBe(7000);
});

test('what is in view is drawn, wherever the list is scrolled', () => {
  for (const open of [-1, 0, 40, 99]) {
    const rowsHere = { count: 100, height: 70, open, extra: open < 0 ? 0 : 500 };
    for (let scrolled = 0; scrolled < lengthOf(rowsHere); scrolled += 35) {
      const [first, last] = drawn(rowsHere, scrolled, 300);
      for (let index = 0; index < 100; index += 1) {
        const top = topOf(rowsHere, index);
        const bottom = top + 70 + (index === open ? 500 : 0);
        if (bottom > scrolled && top < scrolled + 300) {
          expect(index).toBeGreaterThanOrEqual(first);
          expect(index).toBeLessThanOrEqual(last);
        }
      }
      expect(last - first).toBeLessThan(35);
    }
  }
});

test.each([
  [0, 0, null],
  [0, 100, 0],
  [5, 0, 120],
  [3, 0, null]
])('row %i, scrolled to %i, comes into view at %s', (index, scrolled, to) => {
  const rowsHere = { count: 10, height: 70, open: -1, extra: 0 };
  expect(scrollTo(rowsHere, index, scrolled, 300)).toBe(to);
});

test('there is room for pictures only where an item of the list has one', () => {
  show({ found: rowsOf(item({ quicklook: null })) });
  expect(list().dataset['pictures']).toBe('false');
  cleanup();
  const found = rowsOf(item({ quicklook: 'thumbnail' }), item({ id: 'bare', quicklook: null }));
  show({ found });
  expect(list().dataset['pictures']).toBe('true');
  // Beside pictures, a row without one keeps its place free, and is no grey square.
  expect(rows()[1]?.firstElementChild?.className).toBe('eohub-Quicklook eohub-None');
});
