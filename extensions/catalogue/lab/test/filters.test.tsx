import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EMPTY_FORM, type SearchForm } from '../src/form';
import type { Queryable } from '../src/tokens';
import { row, seenMap, show } from './panelFakes';
import { START } from '../src/state';

afterEach(cleanup);

const OPEN = { ...START.view, open: ['filters' as const] };
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const field = (name: string | RegExp) => screen.getByLabelText(name) as HTMLInputElement;
const change = (element: Element, value: string) =>
  fireEvent.change(element, { target: { value } });

function filters(form: Partial<SearchForm> = {}, others: Parameters<typeof show>[1] = {}) {
  const whole = { ...EMPTY_FORM, ...form };
  const shown = show({ form: whole, view: OPEN }, others);
  const { edit, pick } = shown.actions.search;
  const edited = () => edit.mock.lastCall?.[0] as SearchForm;
  const picked = () => pick.mock.lastCall?.[0] as SearchForm;
  return { ...shown, edited, picked };
}

test('filters are folded away, and their number is told', () => {
  const { actions } = show({ form: { ...EMPTY_FORM, words: 'ice', from: '2020', cql2: 'a = 1' } });
  expect(screen.queryByRole('group', { name: 'Filters' })).toBeNull();
  const fold = button('Filters (2)');
  expect(fold.getAttribute('aria-expanded')).toBe('false');
  fireEvent.click(fold);
  expect(actions.search.fold).toHaveBeenCalledWith('filters', true);
});

test('clearing can be undone', () => {
  const { actions, again } = show({ form: { ...EMPTY_FORM, words: 'ice' } });
  fireEvent.click(button('Clear'));
  expect(actions.search.clear).toHaveBeenCalledOnce();
  again({ form: EMPTY_FORM, cleared: { ...EMPTY_FORM, words: 'ice' } });
  fireEvent.click(button('Undo clear'));
  expect(actions.search.restoreCleared).toHaveBeenCalledOnce();
});

describe('collections', () => {
  const choices = {
    words: '',
    asking: false,
    options: [
      {
        id: 's2',
        title: 'Sentinel-2',
        catalogues: ['EOHub', 'Other'],
        start: '2015-06-23T00:00:00Z',
        end: null
      },
      { id: 's1', title: 'Sentinel-1', catalogues: ['Other'], start: null, end: null }
    ],
    more: true,
    notes: ['Third lists no collections: It cannot be reached.']
  };
  const combobox = () => screen.getByRole('combobox', { name: 'Collections' });

  test('are offered with their catalogues and period, and what is missing is said', () => {
    const { actions } = filters({ collections: ['s1'] }, { collections: choices });
    expect(screen.queryByRole('listbox')).toBeNull();
    fireEvent.click(combobox());
    expect(actions.collections.type).toHaveBeenCalledWith('');
    const options = screen.getAllByRole('option');
    expect(options.map(each => each.textContent)).toEqual([
      'Sentinel-2EOHub, Other · 2015-06-23 to open',
      'Sentinel-1Other'
    ]);
    expect(options.map(each => each.getAttribute('aria-selected'))).toEqual(['false', 'true']);
    expect(screen.getByText(/Third lists no collections/)).toBeTruthy();
    fireEvent.click(button('More collections'));
    expect(actions.collections.more).toHaveBeenCalledOnce();
  });

  test('are chosen by keyboard, several of them', () => {
    const { picked } = filters({ collections: ['s1'] }, { collections: choices });
    fireEvent.keyDown(combobox(), { key: 'ArrowDown' });
    fireEvent.keyDown(combobox(), { key: 'ArrowDown' });
    expect(combobox().getAttribute('aria-activedescendant')).toBe(
      screen.getAllByRole('option')[0]?.id
    );
    fireEvent.keyDown(combobox(), { key: 'Enter' });
    expect(picked().collections).toEqual(['s1', 's2']);
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  test('are left out again by a second press, and escape only closes the list', () => {
    const { picked, actions } = filters({ collections: ['s1'] }, { collections: choices });
    fireEvent.click(combobox());
    fireEvent.keyDown(combobox(), { key: 'Escape' });
    expect(screen.queryByRole('listbox')).toBeNull();
    expect(actions.search.pick).not.toHaveBeenCalled();
    fireEvent.click(combobox());
    fireEvent.click(screen.getAllByRole('option')[1] as HTMLElement);
    expect(picked().collections).toEqual([]);
  });

  test('that nobody lists can be named by their id', () => {
    const { picked } = filters({}, { collections: { ...choices, options: [] } });
    change(combobox(), 'my-collection');
    fireEvent.keyDown(combobox(), { key: 'Enter' });
    expect(picked()).toBeUndefined();
    fireEvent.keyDown(combobox(), { key: 'ArrowDown' });
    fireEvent.keyDown(combobox(), { key: 'Enter' });
    expect(picked().collections).toEqual(['my-collection']);
  });
});

describe('times', () => {
  test('are text or a day of the calendar', () => {
    const { edited, picked } = filters();
    change(field('From'), '2020-05');
    expect(edited().from).toBe('2020-05');
    change(field('To: pick a day'), '2020-06-07');
    expect(picked().to).toBe('2020-06-07');
  });

  test('that cannot be read are marked alone, and are no chip', () => {
    filters({ from: '2020-06', to: 'foo' });
    expect(['From', 'To'].map(each => field(each).getAttribute('aria-invalid'))).toEqual([
      'false',
      'true'
    ]);
    const chips = within(screen.getByRole('list', { name: 'Filters that are set' }));
    expect(chips.getByRole('listitem').textContent).toBe('since 2020-06');
  });

  test('that cannot be read are said with an example, also where the filters are folded away', () => {
    show({ form: { ...EMPTY_FORM, from: 'May' } });
    expect(screen.getByRole('alert').textContent).toMatch(/“May” is no day/);
    expect((button('Search') as HTMLButtonElement).disabled).toBe(true);
    expect(screen.queryByRole('button', { name: 'Swap them' })).toBeNull();
  });
});

describe('an area', () => {
  test('is drawn on the map, which is then searched at once', () => {
    const { actions } = filters({ words: 'ice' });
    fireEvent.click(button('Draw polygon'));
    expect(seenMap.props?.drawing).toBe('polygon');
    const area = { bbox: [1, 2, 3, 4] as [number, number, number, number], geometry: null };
    seenMap.props?.onDraw(area);
    expect(actions.search.search).toHaveBeenCalledWith({
      ...EMPTY_FORM,
      words: 'ice',
      area: { area, label: '1, 2, 3, 4' }
    });
  });

  test('need not be drawn to its end', async () => {
    filters();
    fireEvent.click(button('Draw box'));
    expect(button('Draw box').getAttribute('aria-pressed')).toBe('true');
    seenMap.props?.onDrawStop();
    await waitFor(() => expect(seenMap.props?.drawing).toBeNull());
    fireEvent.click(button('Draw box'));
    fireEvent.click(button('Draw box'));
    expect(seenMap.props?.drawing).toBeNull();
  });

  test('is what the map shows', () => {
    const map = { center: [10, 50] as const, zoom: 4, bbox: [0, 40, 20, 60] as const };
    const { actions } = show({ view: { ...OPEN, map } });
    fireEvent.click(button('Map view'));
    expect(actions.search.pick.mock.lastCall?.[0]).toMatchObject({
      area: { area: { bbox: [0, 40, 20, 60] } }
    });
  });

  test('is typed, and what is wrong with it is said', async () => {
    const { picked } = filters();
    fireEvent.click(button('Text'));
    change(field('Area as text'), '1,2,3');
    fireEvent.click(button('Use'));
    expect((await screen.findByRole('alert')).textContent).toMatch(/This is no area/);
    change(field('Area as text'), '1,2,3,4');
    fireEvent.keyDown(field('Area as text'), { key: 'Enter' });
    await waitFor(() => expect(picked().area?.label).toBe('1, 2, 3, 4'));
  });

  test('comes from a file', async () => {
    const { picked } = filters();
    const text = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}';
    const file = new File([text], 'site.geojson');
    fireEvent.change(field(/GeoJSON or WKT file/), { target: { files: [file] } });
    await waitFor(() => expect(picked().area?.label).toBe('site.geojson'));
  });

  test('is a saved place, or none', () => {
    const area = { bbox: [1, 2, 3, 4] as [number, number, number, number], geometry: null };
    const saved = {
      searches: [],
      places: [{ name: 'Fiji', area }],
      note: null,
      problem: null,
      forgotten: null
    };
    const { picked } = filters({ area: { area, label: 'Fiji' } }, { saved });
    change(screen.getByRole('combobox', { name: 'A saved place' }), 'Fiji');
    expect(picked().area).toEqual({ area, label: 'Fiji' });
    expect(screen.queryByRole('button', { name: 'Save as a place' })).toBeNull();
    fireEvent.click(button('None'));
    expect(picked().area).toBeNull();
  });

  test('is kept under a name', async () => {
    const area = {
      area: { bbox: [1, 2, 3, 4] as [number, number, number, number], geometry: null },
      label: 'x'
    };
    const { actions } = filters({ area });
    fireEvent.click(button('Save as a place'));
    change(field('Name of the place'), 'Fiji');
    fireEvent.keyDown(field('Name of the place'), { key: 'Enter' });
    expect(actions.saved.keepPlace).toHaveBeenCalledWith('Fiji', area);
    await waitFor(() => expect(screen.queryByLabelText('Name of the place')).toBeNull());
  });
});

describe('properties', () => {
  const queryable = (name: string, changes: Partial<Queryable> = {}): Queryable => ({
    name,
    title: name,
    type: 'string',
    values: [],
    minimum: null,
    maximum: null,
    unit: null,
    ...changes
  });
  const QUERYABLES = [
    queryable('gsd', { type: 'number', title: 'Resolution', minimum: 10, maximum: 60, unit: 'm' }),
    queryable('platform', { values: ['a', 'b', 'c'] }),
    queryable('wet', { type: 'boolean' }),
    queryable('created', { type: 'datetime' }),
    queryable('title'),
    queryable('eo:cloud_cover', { type: 'number' })
  ];
  const properties = { asking: false, queryables: QUERYABLES, notes: [] };
  const add = (name: string) => {
    const combobox = screen.getByRole('combobox', { name: 'Add a property' });
    change(combobox, name);
    fireEvent.keyDown(combobox, { key: 'ArrowDown' });
    fireEvent.keyDown(combobox, { key: 'Enter' });
  };

  test('are those of the chosen collections; cloud cover has a field of its own', () => {
    const { actions } = filters({ collections: ['a'] }, { properties });
    expect(actions.properties.offer).toHaveBeenCalledWith(['a']);
    fireEvent.click(screen.getByRole('combobox', { name: 'Add a property' }));
    expect(screen.getAllByRole('option')).toHaveLength(5);
  });

  test('cloud cover is a limit in percent, and no limit where it is empty', () => {
    const { edited } = filters({
      properties: [{ property: 'eo:cloud_cover', op: '<=', value: 20 }]
    });
    const clouds = field('Most cloud cover in percent');
    expect(clouds.value).toBe('20');
    change(clouds, '150');
    expect(edited().properties).toEqual([{ property: 'eo:cloud_cover', op: '<=', value: 100 }]);
    change(clouds, '');
    expect(edited().properties).toEqual([]);
  });

  test('a number is a range with its unit and limits', () => {
    const { edited } = filters({}, { properties });
    add('Resolution');
    expect(screen.getByText(/Resolution \[m\]/)).toBeTruthy();
    const [low, high] = [field('Resolution, at least'), field('Resolution, at most')];
    expect([low.min, high.max, low.placeholder]).toEqual(['10', '60', '10']);
    change(low, '20');
    expect(edited().properties).toEqual([{ property: 'gsd', op: '>=', value: 20 }]);
  });

  test('two bounds are two conditions, the lower one first', () => {
    const { edited } = filters(
      { properties: [{ property: 'gsd', op: '<=', value: 30 }] },
      { properties }
    );
    change(field('Resolution, at least'), '20');
    expect(edited().properties.map(each => [each.op, each.value])).toEqual([
      ['>=', 20],
      ['<=', 30]
    ]);
  });

  test('values that are all told are ticked: one is equal, several are one of', () => {
    const { picked } = filters(
      { properties: [{ property: 'platform', op: '=', value: 'a' }] },
      { properties }
    );
    expect(field('a').checked).toBe(true);
    fireEvent.click(field('c'));
    expect(picked().properties).toEqual([{ property: 'platform', op: 'in', value: ['a', 'c'] }]);
    fireEvent.click(field('a'));
    expect(picked().properties).toEqual([]);
  });

  test('a truth is yes, no or any', () => {
    const { picked } = filters({}, { properties });
    add('wet');
    change(field('wet'), 'false');
    expect(picked().properties).toEqual([{ property: 'wet', op: '=', value: false }]);
    change(field('wet'), '');
    expect(picked().properties).toEqual([]);
  });

  test('a time is a range of days', () => {
    const { edited } = filters({}, { properties });
    add('created');
    change(field('created, to'), '2020-05-06');
    expect(edited().properties).toEqual([
      { property: 'created', op: '<=', value: '2020-05-06T23:59:59Z' }
    ]);
  });

  test('text is exact, or with stars for anything', () => {
    const { edited } = filters(
      { properties: [{ property: 'title', op: 'like', value: 'S2%' }] },
      { properties }
    );
    expect(field('title').value).toBe('S2*');
    change(field('title'), '*ice*');
    expect(edited().properties).toEqual([{ property: 'title', op: 'like', value: '%ice%' }]);
    change(field('title'), 'ice');
    expect(edited().properties).toEqual([{ property: 'title', op: '=', value: 'ice' }]);
  });

  test('one that is added takes the focus, and tells its name beside a title that others may have', () => {
    const twins = ['platform', 'sat:platform'].map(each => queryable(each, { title: 'Platform' }));
    filters({}, { properties: { ...properties, queryables: twins } });
    add('sat:');
    const group = screen.getByRole('group', { name: 'Limit on Platform' });
    expect(document.activeElement).toBe(within(group).getByRole('textbox'));
    expect(within(group).getByText('sat:platform')).toBeTruthy();
  });

  test('added without a value go when all is cleared', () => {
    const { again } = filters({ words: 'ice' }, { properties });
    add('wet');
    expect(field('wet')).toBeTruthy();
    again({ form: EMPTY_FORM });
    expect(screen.queryByLabelText('wet')).toBeNull();
  });

  test('one that nobody tells can be named', () => {
    const { edited } = filters({}, { properties: { ...properties, queryables: [] } });
    const combobox = screen.getByRole('combobox', { name: 'Add a property' });
    change(combobox, 'my:property');
    fireEvent.keyDown(combobox, { key: 'Enter' });
    expect(screen.queryByLabelText('my:property')).toBeNull();
    fireEvent.click(screen.getByRole('option', { name: /my:property/ }));
    change(field('my:property'), '7');
    expect(edited().properties).toEqual([{ property: 'my:property', op: '=', value: '7' }]);
    fireEvent.click(button('Remove the property my:property'));
    expect(screen.queryByLabelText('my:property')).toBeNull();
  });
});

describe('CQL2 text', () => {
  test('is checked a moment after it was typed', async () => {
    const { actions } = filters({ cql2: 'gsd <' });
    actions.checkFilter.mockResolvedValue('It ends too early.');
    expect(await screen.findByText('It ends too early.', {}, { timeout: 3000 })).toBeTruthy();
    expect(actions.checkFilter.mock.lastCall?.[0]).toBe('gsd <');
    expect(field('CQL2 text').getAttribute('aria-invalid')).toBe('true');
  });

  test('that cannot be checked is not called wrong', async () => {
    const { actions } = filters({ cql2: 'gsd < 3' });
    actions.checkFilter.mockRejectedValue(new Error('away'));
    await vi.waitFor(() => expect(actions.checkFilter).toHaveBeenCalled());
    expect(field('CQL2 text').getAttribute('aria-invalid')).toBe('false');
  });
});

test('nothing is searched while somebody types', () => {
  const { actions } = filters();
  change(screen.getByRole('searchbox'), 'ice');
  expect(actions.search.edit).toHaveBeenCalled();
  expect(actions.search.search).not.toHaveBeenCalled();
  expect(row().chosen).toBe(true);
});
