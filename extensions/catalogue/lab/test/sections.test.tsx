import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { LINK_COPIED } from '../src/link';
import { NO_REGISTRY } from '../src/registry';
import { NOTHING_SAVED } from '../src/saved';
import { freshRow, START, type Section } from '../src/state';
import type { IndexState } from '../src/tokens';
import { ABILITIES, AWAY, NO_INDEX, OTHER, source } from './fakes';
import { row, show } from './panelFakes';

afterEach(cleanup);

const open = (section: Section) => ({ ...START.view, open: [section] });
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const field = (name: string | RegExp) => screen.getByLabelText(name) as HTMLInputElement;
const change = (element: Element, value: string) =>
  fireEvent.change(element, { target: { value } });

describe('the catalogues', () => {
  const MINE = source({ id: 'own-1', title: 'Mine', own: true, kind: 'static' });
  const withIndex = (index: IndexState) => ({
    registry: {
      ...NO_REGISTRY,
      states: { 'own-1': { catalogue: 'own-1', abilities: ABILITIES, index } }
    }
  });
  const listed = { rows: [row(), row({ source: MINE })], view: open('catalogues') };

  test('are ticked where they are searched', () => {
    const { actions } = show({ ...listed, rows: [row(), freshRow(OTHER, false)] });
    expect([field('EOHub').checked, field('Other').checked]).toEqual([true, false]);
    fireEvent.click(field('Other'));
    expect(actions.search.choose).toHaveBeenCalledWith('other', true);
    expect(button('Catalogues 1/2')).toBeTruthy();
  });

  test('tell what was found out about them', () => {
    const abilities = { ...ABILITIES, words: 'here', area: 'here', cql2: 'none' } as const;
    const states = { embedded: { catalogue: 'embedded', abilities, index: null } };
    const { actions } = show(listed, { registry: { ...NO_REGISTRY, states } });
    expect(actions.registry.look).toHaveBeenCalled();
    expect(
      screen.getByText('Done here, after the fact: words, area. Not possible: CQL2.')
    ).toBeTruthy();
  });

  test('that do every filter say nothing, and files that are no STAC are no alarm', () => {
    const problem = '2 could not be read:\na.json: It is no STAC.\nb.json: It is no STAC.';
    show(listed, withIndex({ ...NO_INDEX, state: 'ready', items: 3, problem }));
    expect(screen.queryByText(/every filter/)).toBeNull();
    expect(screen.getByText(/b\.json: It is no STAC/).className).not.toContain('eohub-Fault');
  });

  test('of one’s own can be added, and removed again with a way back', async () => {
    const { actions, again } = show(listed);
    actions.registry.add.mockResolvedValue(true);
    change(field(/Address or path/), 'https://stac.example/');
    fireEvent.click(button('Add'));
    expect(actions.registry.add).toHaveBeenCalledWith('https://stac.example/');
    await waitFor(() => expect(field(/Address or path/).value).toBe(''));
    fireEvent.click(button('Remove Mine'));
    expect(actions.registry.remove).toHaveBeenCalledWith(MINE);
    expect(screen.queryByRole('button', { name: 'Remove EOHub' })).toBeNull();
    again({}, { registry: { ...NO_REGISTRY, removed: MINE } });
    fireEvent.click(button('Undo'));
    expect(actions.registry.restore).toHaveBeenCalledOnce();
  });

  test('that could not be added leave the address, and say why', async () => {
    const { actions } = show(listed, { registry: { ...NO_REGISTRY, problem: AWAY.problem } });
    actions.registry.add.mockResolvedValue(false);
    change(field(/Address or path/), 'https://stac.example/');
    fireEvent.submit(field(/Address or path/));
    await waitFor(() => expect(actions.registry.add).toHaveBeenCalled());
    expect(field(/Address or path/).value).toBe('https://stac.example/');
    expect(screen.getByRole('alert').textContent).toContain('It cannot be reached.');
  });

  test.each([
    [NO_INDEX, /It has no search of its own/, 'Build index'],
    [
      { ...NO_INDEX, state: 'ready', items: 1200, built: '2026-01-02T03:04:05Z' },
      /1,200 items indexed, 2026-01-02/,
      'Refresh index'
    ],
    [
      { ...NO_INDEX, state: 'stopped', documents: 7, items: 5 },
      /Stopped after 7 files, 5 items/,
      'Refresh index'
    ],
    [
      { ...NO_INDEX, state: 'failed', problem: 'It ended early.' },
      /Failed after 0 files/,
      'Refresh index'
    ]
  ] as const)('without a search tell of their index: %j', (index, words, label) => {
    const { actions } = show(listed, withIndex(index));
    expect(screen.getByText(words)).toBeTruthy();
    fireEvent.click(button(label));
    expect(actions.registry.build).toHaveBeenCalledWith('own-1');
  });

  test('whose index is built show how far it is, and can be stopped', () => {
    const { actions } = show(
      listed,
      withIndex({ ...NO_INDEX, state: 'building', documents: 5, total: 20, items: 4 })
    );
    expect(screen.getByText('Reading 5 of 20 files, 4 items')).toBeTruthy();
    const bar = screen.getByRole('progressbar', { name: 'Index of Mine' }) as HTMLProgressElement;
    expect([bar.value, bar.max]).toEqual([5, 20]);
    fireEvent.click(button('Stop'));
    expect(actions.registry.stop).toHaveBeenCalledWith('own-1');
  });
});

describe('saved searches', () => {
  const MINE = {
    name: 'Mine',
    catalogues: [],
    criteria: {
      words: 'ice',
      collections: [],
      ids: [],
      start: '2020-01-01',
      end: null,
      area: null,
      properties: [],
      cql2: ''
    }
  };
  const saved = { ...NOTHING_SAVED, searches: [MINE] };

  test('are listed with what they search, and opened', () => {
    const { actions } = show({ view: open('saved') }, { saved });
    expect(actions.saved.load).toHaveBeenCalled();
    const list = within(screen.getByRole('list', { name: 'Saved searches' }));
    expect(list.getByText('“ice” · since 2020-01-01')).toBeTruthy();
    fireEvent.click(list.getByRole('button', { name: 'Mine' }));
    expect(actions.saved.open).toHaveBeenCalledWith(MINE);
  });

  test('are saved under a name; the same name replaces', async () => {
    const { actions } = show({ view: open('saved') }, { saved });
    change(field('Name of this search'), 'New');
    fireEvent.click(button('Save'));
    expect(actions.saved.keepSearch).toHaveBeenCalledWith('New');
    await waitFor(() => expect(field('Name of this search').value).toBe(''));
    change(field('Name of this search'), ' Mine ');
    expect(button('Replace')).toBeTruthy();
  });

  test('are deleted with a way back', () => {
    const { actions, again } = show({ view: open('saved') }, { saved });
    fireEvent.click(button('Delete the search Mine'));
    expect(actions.saved.forgetSearch).toHaveBeenCalledWith(MINE);
    again({}, { saved: { ...NOTHING_SAVED, forgotten: MINE } });
    expect(screen.getByText(/Mine is deleted/)).toBeTruthy();
    fireEvent.click(button('Undo'));
    expect(actions.saved.restore).toHaveBeenCalledOnce();
    expect(screen.getByText('No search is saved yet.')).toBeTruthy();
  });

  test('can be a link or code as well', () => {
    const { actions, again } = show({ view: open('saved') });
    fireEvent.click(button(/Copy link/));
    fireEvent.click(button(/Insert as code/));
    expect(actions.copyLink).toHaveBeenCalledOnce();
    expect(actions.insertSearchCode).toHaveBeenCalledOnce();
    again({ announcement: LINK_COPIED });
    expect(button(/Link copied/)).toBeTruthy();
  });

  test('places are searched in, and deleted', () => {
    const area = { bbox: [1, 2, 3, 4] as [number, number, number, number], geometry: null };
    const place = { name: 'Fiji', area };
    const { actions } = show(
      { view: open('saved'), form: { ...EMPTY_FORM, words: 'ice' } },
      { saved: { ...NOTHING_SAVED, places: [place] } }
    );
    fireEvent.click(button('Fiji'));
    expect(actions.search.search).toHaveBeenCalledWith({
      ...EMPTY_FORM,
      words: 'ice',
      area: { area, label: 'Fiji' }
    });
    fireEvent.click(button('Delete the place Fiji'));
    expect(actions.saved.forgetPlace).toHaveBeenCalledWith(place);
  });

  test('what goes wrong, and what was wrong with the file, is said', () => {
    const faulty = { ...NOTHING_SAVED, problem: AWAY.problem, note: 'The file was broken.' };
    show({ view: open('saved') }, { saved: faulty });
    expect(screen.getByRole('alert').textContent).toContain('It cannot be reached.');
    expect(screen.getByText('The file was broken.')).toBeTruthy();
  });
});

describe('the state of a catalogue', () => {
  const failed = (code: string) =>
    row({
      answered: false,
      health: { kind: 'failed', problem: { code, detail: 'Why.', hint: 'Do this.' } }
    });

  test.each([
    ['unavailable', 'unreachable'],
    ['login_needed', 'needs login'],
    ['timed_out', 'timed out'],
    ['catalogue_broken', 'failed'],
    ['catalogue_busy', 'busy']
  ])('%s is called %s, with its detail', (code, words) => {
    show({ rows: [failed(code)] });
    expect(screen.getByText(words)).toBeTruthy();
    expect(screen.getByText('Why. Do this.')).toBeTruthy();
  });

  test.each(['retrying', 'partial'] as const)('that is %s counts the seconds of a rest', kind => {
    const problem = { code: 'catalogue_busy', detail: 'It asks to slow down.' };
    show({ rows: [row({ health: { kind, problem, at: Date.now() + 2000 } })] });
    expect(screen.getByText('waits').nextElementSibling?.textContent).toBe('2 s');
    expect(screen.getByRole('button', { name: 'Try EOHub again now' })).toBeTruthy();
  });

  test.each([
    ['timed_out', 'timed out, 12+'],
    ['catalogue_busy', 'busy, 12+'],
    ['upstream', 'failed, 12+']
  ])('that ended half-way with %s tells what it gave until then: %s', (code, words) => {
    const problem = { code, detail: 'Why.' };
    show({ rows: [row({ shown: 12, next: 'x', health: { kind: 'partial', problem, at: null } })] });
    expect(screen.getByText(words)).toBeTruthy();
    expect(screen.getByText('Why.')).toBeTruthy();
  });

  test.each([
    [{ shown: 12 }, 'ok 12'],
    [{ shown: 20, matched: 1234, next: 'x' }, 'ok 20 of 1,234'],
    [{ shown: 20, next: 'x' }, 'ok 20+'],
    [{ shown: 20, matched: 7, next: 'x' }, 'ok 20+']
  ])('with %j is %s', (changes, words) => {
    show({ rows: [row(changes)] });
    expect(screen.getByText(words)).toBeTruthy();
  });

  test('says what cannot be right, what came twice and what was done here', () => {
    show({
      rows: [row({ shown: 20, repeated: 2, matched: 7, next: 'x', doneHere: ['words', 'time'] })]
    });
    expect(screen.getByText(/Its total of 7 cannot be right: it gave 22 items/)).toBeTruthy();
    expect(screen.getByText(/It gave 2 items more than once/)).toBeTruthy();
    expect(screen.getByText(/It cannot search by words and dates/)).toBeTruthy();
  });

  test('that does not sort is told only while it has more', () => {
    const { again } = show({ rows: [row({ shown: 20, next: 'x', sorted: false })] });
    expect(screen.getByText(/It does not sort: only what it gave so far/)).toBeTruthy();
    again({ rows: [row({ shown: 20, sorted: false })] });
    expect(screen.queryByText(/It does not sort/)).toBeNull();
  });

  test('that is left out has no row', () => {
    show({ rows: [row(), freshRow(OTHER, false)] });
    const list = within(screen.getByRole('list', { name: 'Catalogues and data store' }));
    expect(list.getAllByRole('listitem')).toHaveLength(1);
  });
});

test('saved places are listed when the filters open, so that they are offered after a reload too', () => {
  show();
  expect(show({ view: open('filters') }).actions.saved.load).toHaveBeenCalledOnce();
});
