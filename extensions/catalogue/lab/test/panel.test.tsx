import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { keyOf } from '../src/merge';
import { freshRow } from '../src/state';
import { AWAY, item, OTHER } from './fakes';
import { row, rowsOf, show } from './panelFakes';

afterEach(cleanup);

const rows = () => [...screen.getByRole('list', { name: 'Items' }).children] as HTMLElement[];
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('a row shows size, variables with units, shape and time range', () => {
  show({ found: rowsOf(item()) });
  const shown = within(screen.getByRole('list', { name: 'Items' }));
  expect(shown.getByText('A1B North America')).toBeTruthy();
  expect(shown.getByText('Zarr')).toBeTruthy();
  expect(shown.getByText('air_temperature [K]')).toBeTruthy();
  expect(shown.getByText('time 240 × latitude 37 × longitude 49')).toBeTruthy();
  expect(shown.getByText('1860-06-01 to 2099-06-01')).toBeTruthy();
});

test('defects are marked on their row and told on demand', () => {
  const defects = [{ code: 'geometry_null', message: 'It has no geometry.' }];
  show({ found: rowsOf(item({ defects }), item({ id: 'b', title: 'Whole' })) });
  expect(screen.getByText('1 defect').getAttribute('title')).toBe('It has no geometry.');
  expect(screen.getAllByText(/defect/)).toHaveLength(1);
});

test('the button of an item that cannot be opened says why and does nothing', () => {
  const code_refusal = 'None of its assets is a Zarr store.';
  const { actions } = show({ found: rowsOf(item({ code_refusal })) });
  const insert = button(/Insert code/);
  expect(insert.getAttribute('aria-disabled')).toBe('true');
  const reason = document.getElementById(insert.getAttribute('aria-describedby') ?? '');
  expect(reason?.textContent).toBe(code_refusal);
  fireEvent.click(insert);
  expect(actions.insert).not.toHaveBeenCalled();
});

test('where the cube view is there, one button opens the menu of a row', () => {
  const shown = item();
  const { actions } = show({ found: rowsOf(shown) }, { opensData: true });
  expect(screen.queryByRole('button', { name: /Insert code/ })).toBeNull();
  fireEvent.click(button('Open A1B North America'));
  expect(actions.search.select).toHaveBeenLastCalledWith(keyOf(shown));
  expect(actions.openMenu).toHaveBeenCalledOnce();
  expect(rows()[0]?.hasAttribute('data-files')).toBe(false);
});

test('a row whose data cannot be looked at says why, and opens its menu all the same', () => {
  const data_refusal = 'JPEG 2000 cannot be opened from here.';
  const { actions } = show(
    { found: rowsOf(item({ data: [], data_refusal })) },
    { opensData: true }
  );
  const open = button(/^Open/);
  expect(document.getElementById(open.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
    data_refusal
  );
  expect(open.title).toBe(data_refusal);
  fireEvent.click(open);
  expect(actions.openMenu).toHaveBeenCalledOnce();
});

test('a row with several files of data is marked, so that its menu names them', () => {
  const data = [
    { key: 'B02', title: 'Blue' },
    { key: 'B03', title: 'Green' }
  ];
  show({ found: rowsOf(item({ data })) }, { opensData: true });
  expect(rows()[0]?.getAttribute('data-files')).toBe('2');
});

test('code is inserted by button and by the enter key', () => {
  const shown = item();
  const { actions } = show({ found: rowsOf(shown) });
  fireEvent.click(button(/Insert code/));
  expect(actions.insert).toHaveBeenLastCalledWith(shown, keyOf(shown));
  fireEvent.keyDown(rows()[0] as HTMLElement, { key: 'Enter' });
  expect(actions.insert).toHaveBeenCalledTimes(2);
});

test('a row is selected by a click, and not before the button of the mouse is up', () => {
  const shown = item();
  const { actions } = show({ found: rowsOf(shown) });
  const title = screen.getByText('A1B North America');
  fireEvent.mouseDown(title);
  expect(actions.search.select).not.toHaveBeenCalled();
  fireEvent.click(title);
  expect(actions.search.select).toHaveBeenCalledWith(keyOf(shown));
});

test('a double click marks no text of a row', () => {
  show({ found: rowsOf(item()) });
  const title = screen.getByText('A1B North America');
  expect(fireEvent.mouseDown(title, { detail: 1 })).toBe(true);
  expect(fireEvent.mouseDown(title, { detail: 2 })).toBe(false);
});

test('a long title keeps its end in view', () => {
  const title = 'Sea surface temperature of the North Atlantic, monthly';
  show({ found: rowsOf(item({ title })) });
  const shown = screen.getByTitle(title);
  expect(shown.textContent).toBe(title);
  expect(screen.getByText('tic, monthly')).toBeTruthy();
  // Of two halves, a browser makes a name with a blank between them.
  expect(screen.getByRole('listitem', { name: title }).getAttribute('aria-label')).toBe(title);
});

test('the selected row tells more', () => {
  const shown = item();
  show({ found: rowsOf(shown), selected: keyOf(shown) });
  expect(screen.getByText('Annual mean air temperature.')).toBeTruthy();
  expect(screen.getByText('climate / a1b')).toBeTruthy();
  expect(
    screen.getByText('air_temperature [K] (time, latitude, longitude): At 1.5 m, 257.3 to 306.1')
  );
});

test('the selected row tells what has to be named with the data, and where it comes from', () => {
  const shown = item();
  show({ found: rowsOf(shown), selected: keyOf(shown) });
  const link = (name: string) => screen.getByRole('link', { name });
  expect(link('OGL-UK-3.0').getAttribute('href')).toBe('https://licence.example/');
  expect(link('The files').getAttribute('href')).toBe('https://source.example/');
  expect(link('The files').getAttribute('rel')).toContain('noopener');
  expect(screen.getByText('British Crown copyright')).toBeTruthy();
  expect(screen.getByText('Met Office (producer, licensor)')).toBeTruthy();
});

test('a licence without a name is called by the host of its address, and nothing is made up where an item tells nothing', () => {
  const bare = { license: null, attribution: null, providers: [], sources: [] };
  const shown = item(bare);
  show({ found: rowsOf(shown), selected: keyOf(shown) });
  expect(screen.getByRole('link', { name: 'Licence at licence.example' })).toBeTruthy();
  cleanup();
  const none = item({ ...bare, license_url: null });
  show({ found: rowsOf(none), selected: keyOf(none) });
  expect(screen.queryByText('Licence')).toBeNull();
  expect(screen.queryByRole('link')).toBeNull();
});

test('a total that is unknown is called unknown, and more can be had', () => {
  const { actions } = show({ found: rowsOf(item()), rows: [row({ shown: 1, next: 'x' })] });
  expect(screen.getByText('showing 1, total unknown')).toBeTruthy();
  expect(screen.getByText('ok 1+')).toBeTruthy();
  fireEvent.click(button('more'));
  expect(actions.search.more).toHaveBeenCalledOnce();
});

test('the end of the list is told, and offers nothing', () => {
  show({ found: rowsOf(item()), rows: [row({ shown: 1, matched: 1 })] });
  expect(screen.getByText('showing all 1')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'more' })).toBeNull();
});

test('items are not called all of them while one catalogue is away', () => {
  const away = { ...freshRow(OTHER), health: { kind: 'failed', problem: AWAY.problem } as const };
  show({ found: rowsOf(item()), rows: [row({ shown: 1, matched: 1 }), away] });
  expect(screen.getByText('showing 1, total unknown')).toBeTruthy();
});

test('a catalogue that is away says so and can be tried at once', () => {
  const health = { kind: 'retrying', problem: AWAY.problem, at: Date.now() + 4000 } as const;
  const { actions } = show({ rows: [row({ health, answered: false })] });
  expect(screen.getByText('unreachable, retrying')).toBeTruthy();
  expect(screen.getByText('in 4 s')).toBeTruthy();
  expect(screen.getByText('It cannot be reached. Try again in a moment.')).toBeTruthy();
  fireEvent.click(button('Try EOHub again now'));
  expect(actions.search.retry).toHaveBeenCalledWith('embedded');
});

test('the data store has a row where one is configured', () => {
  show({ dataStore: { url: 'http://127.0.0.1:8006', health: { kind: 'ok' } } });
  const shown = screen.getByTitle('http://127.0.0.1:8006');
  expect(shown.textContent).toBe('Data store');
  expect(shown.nextElementSibling?.textContent).toBe('ok');
  cleanup();
  show({});
  expect(screen.queryByText('Data store')).toBeNull();
});

test('a data store that is away says so, can be tried at once, and leaves the code to be inserted', () => {
  const problem = { code: 'unavailable', detail: 'Cells that read from it fail.', hint: 'Wait.' };
  const health = { kind: 'retrying', problem, at: Date.now() + 8000 } as const;
  const { actions } = show({ found: rowsOf(item()), dataStore: { url: null, health } });
  expect(screen.getByText('unreachable, retrying')).toBeTruthy();
  expect(screen.getByText('in 8 s')).toBeTruthy();
  expect(screen.getByText('Cells that read from it fail. Wait.')).toBeTruthy();
  fireEvent.click(button('Try Data store again now'));
  expect(actions.retryDataStore).toHaveBeenCalledOnce();
  fireEvent.click(button(/Insert code/));
  expect(actions.insert).toHaveBeenCalledOnce();
});

test('the data store is shown without any catalogue too', () => {
  show({ rows: [], dataStore: { url: null, health: { kind: 'ok' } } });
  expect(screen.getByText('Data store')).toBeTruthy();
  expect(screen.getByText('No catalogue is configured.')).toBeTruthy();
});

test('what has to be known of the list of catalogues is shown', () => {
  show({ note: 'The file of your own catalogues could not be read.' });
  expect(screen.getByText('The file of your own catalogues could not be read.')).toBeTruthy();
});

test('a note of a catalogue is shown', () => {
  show({ found: rowsOf(item()), rows: [row({ note: 'EOHub cannot search words.' })] });
  expect(screen.getByText('EOHub cannot search words.')).toBeTruthy();
});

test('nothing found names the filters and offers to drop each', () => {
  const searched = { ...EMPTY_FORM, words: 'snow', from: '2020-01-01' };
  const { actions } = show({ searched, form: searched });
  expect(screen.getByText(/Nothing found for “snow”, dated since 2020-01-01/)).toBeTruthy();
  fireEvent.click(button('Search without the dates'));
  fireEvent.click(button('Search without “snow”'));
  expect(actions.search.searchWithout.mock.calls).toEqual([['time'], ['words']]);
});

test('the filter that removed everything is named, and is the one that is offered', () => {
  const searched = { ...EMPTY_FORM, words: 'snow', from: '2020-01-01' };
  show({ searched, form: searched, explanation: { decisive: ['time'], unknown: [] } });
  expect(screen.getByText(/There are items without the dates\./)).toBeTruthy();
  expect(button('Search without the dates')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Search without “snow”/ })).toBeNull();
});

test('where no filter alone is to blame it says so and leaves each to be dropped', () => {
  const searched = { ...EMPTY_FORM, words: 'snow ice', from: '2020-01-01' };
  show({ searched, form: searched, explanation: { decisive: [], unknown: [] } });
  expect(screen.getByText(/Leaving out only one of them finds nothing either\./)).toBeTruthy();
  expect(screen.getByText('Every word has to occur, so fewer find more.')).toBeTruthy();
  expect(screen.getAllByRole('button', { name: /Search without/ })).toHaveLength(3);
});

test('a panel that was asked for before its form was there gives the focus to the words', () => {
  const region = document.createElement('div');
  region.setAttribute('role', 'region');
  region.tabIndex = -1;
  document.body.append(region);
  region.focus();
  show({}, {}, region);
  expect(document.activeElement).toBe(screen.getByRole('searchbox'));
  region.remove();
});

test('a form that comes by itself takes the focus from nobody', () => {
  const elsewhere = document.createElement('button');
  document.body.append(elsewhere);
  elsewhere.focus();
  show({});
  expect(document.activeElement).toBe(elsewhere);
  elsewhere.remove();
});

test('an empty catalogue is not a failed search', () => {
  show({ searched: EMPTY_FORM });
  expect(screen.getByText('The catalogues that answered hold no items yet.')).toBeTruthy();
});

test('no catalogue configured says how to configure one', () => {
  show({ rows: [] });
  expect(screen.getByText('EOHUB_CATALOGUE_SERVER_CATALOGUES')).toBeTruthy();
});

test('a problem with the server shows its hint and a way on', () => {
  const { actions } = show({ rows: [], problem: AWAY.problem });
  expect(screen.getByRole('alert').textContent).toContain('Try again in a moment.');
  fireEvent.click(button('Try again'));
  expect(actions.search.load).toHaveBeenCalledOnce();
});

test('the form searches on enter, and stops while a search runs', () => {
  const form = { ...EMPTY_FORM, words: 'ice' };
  const { actions } = show({ form, rows: [row({ health: { kind: 'asking' } })] });
  fireEvent.submit(screen.getByRole('search'));
  expect(actions.search.search).toHaveBeenCalledWith(form);
  fireEvent.click(button(/Stop/));
  expect(actions.search.cancel).toHaveBeenCalledOnce();
});

test('swapped dates are explained, and mended with one click', () => {
  const form = { ...EMPTY_FORM, from: '2021-01-01', to: '2020-01-01' };
  const { actions } = show({ form });
  expect(screen.getByRole('alert').textContent).toContain('after the last day');
  expect((button('Search') as HTMLButtonElement).disabled).toBe(true);
  fireEvent.click(button('Swap them'));
  expect(actions.search.search).toHaveBeenCalledWith({
    ...EMPTY_FORM,
    from: '2020-01-01',
    to: '2021-01-01'
  });
});

test('a text from a catalogue is never markup', () => {
  show({ found: rowsOf(item({ title: '<img src=x onerror=alert(1)>' })) });
  expect(document.querySelector('img')).toBeNull();
});

test('a form that is ahead of the list says so, and the search is marked', () => {
  const searched = { ...EMPTY_FORM, words: 'ice' };
  const rows = [row({ shown: 1, matched: 1 })];
  const { again } = show({ found: rowsOf(item()), rows, searched, form: searched });
  expect(screen.queryByText('not searched yet')).toBeNull();
  expect(button('Search').className).not.toContain('jp-mod-accept');
  again({ form: { ...searched, collections: ['a'] } });
  expect(screen.getByText('not searched yet')).toBeTruthy();
  expect(button('Search').className).toContain('jp-mod-accept');
  const chips = within(screen.getByRole('list', { name: 'Filters that are set' }));
  const pending = chips.getAllByRole('listitem').map(each => each.dataset['pending']);
  expect(pending).toEqual(['false', 'true']);
});
