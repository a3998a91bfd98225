import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { NO_CHOICES } from '../src/collections';
import { EMPTY_FORM } from '../src/form';
import { freshRow } from '../src/state';
import { AWAY, EMBEDDED, OTHER, source } from './fakes';
import { row, show } from './panelFakes';

afterEach(cleanup);

const button = (name: string | RegExp) => screen.getByRole('button', { name });

describe('nothing to show', () => {
  const away = (kind: 'failed' | 'retrying') => ({
    ...freshRow(EMBEDDED),
    health:
      kind === 'failed'
        ? ({ kind, problem: AWAY.problem } as const)
        : ({ kind, problem: AWAY.problem, at: Date.now() + 1000 } as const)
  });

  test('because all catalogues are away is not the server’s fault, and frozen searches help', () => {
    const frozen = freshRow(source({ id: 'ice', title: 'Ice', kind: 'frozen' }), false);
    const { actions } = show({
      rows: [away('failed'), { ...away('failed'), source: OTHER }, frozen]
    });
    expect(
      screen.getByText(/None of the catalogues answers, while your Jupyter server does/)
    ).toBeTruthy();
    fireEvent.click(button('Search Ice'));
    expect(actions.search.choose).toHaveBeenCalledWith('ice', true);
    fireEvent.click(button('Search again'));
    expect(actions.search.load).toHaveBeenCalledOnce();
  });

  const all = (code: string, detail: string, others = code) => ({
    rows: [EMBEDDED, OTHER].map((source, index) => ({
      ...freshRow(source),
      health: { kind: 'failed', problem: { code: index === 0 ? code : others, detail } } as const
    }))
  });

  test('because a filter is refused is said once, as what is wrong with it', () => {
    show(all('invalid', 'This is not CQL2 text: something is missing.'));
    expect(screen.getAllByText(/This is not CQL2 text/)).toHaveLength(1);
    expect(screen.getByRole('alert').textContent).toContain('This is not CQL2 text');
    expect(screen.getAllByText('not searched')).toHaveLength(2);
    expect(screen.queryByText(/answers|network/)).toBeNull();
  });

  test('because the Jupyter server went away is no fault of the catalogues', () => {
    show(all('server_unreachable', 'Your Jupyter server does not answer.', 'timed_out'));
    const said = document.querySelector('.eohub-Empty')?.textContent;
    expect(said).toContain('Your Jupyter server does not answer.');
    expect(said).not.toContain('catalogues');
  });

  test('because the browser is offline is said as that', () => {
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    show(all('server_unreachable', 'Your Jupyter server does not answer.'));
    onLine.mockRestore();
    expect(screen.getByText(/Your browser has no network just now/)).toBeTruthy();
    expect(screen.queryByText(/Your Jupyter server does not answer/)).toBeNull();
    expect(screen.getAllByText('unreachable')).toHaveLength(2);
  });

  test('for several reasons does not guess at the network', () => {
    show(all('unavailable', 'Why.', 'login_needed'));
    const said = document.querySelector('.eohub-Empty')?.textContent;
    expect(said).toContain('None of the catalogues answers this search; the reason stands above.');
  });

  test('yet, while a catalogue is tried again', () => {
    show({ rows: [away('retrying')] });
    expect(screen.getByText('Items appear here as soon as a catalogue answers.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Search again' })).toBeNull();
  });

  test('so far, where the time ran out, with the way to look further', () => {
    const health = { kind: 'partial', problem: AWAY.problem, at: null } as const;
    const searched = { ...EMPTY_FORM, words: 'ice' };
    const { actions } = show({ searched, rows: [row({ next: 'x', health })] });
    expect(screen.getByText(/Nothing found so far/)).toBeTruthy();
    fireEvent.click(button('Look further'));
    expect(actions.search.more).toHaveBeenCalledOnce();
  });

  test('because the Jupyter server is away is said as such', () => {
    const problem = { code: 'server_unreachable', detail: 'Your Jupyter server does not answer.' };
    show({ rows: [], problem });
    expect(screen.getByRole('alert').textContent).toContain('Your Jupyter server does not answer.');
  });

  test('because no catalogue is chosen', () => {
    const { actions } = show({ rows: [freshRow(EMBEDDED, false)] });
    fireEvent.click(button('Choose catalogues'));
    expect(actions.search.fold).toHaveBeenCalledWith('catalogues', true);
  });

  test('because there is no catalogue, where one can be added', () => {
    const { actions } = show({ rows: [] });
    fireEvent.click(button('Add a catalogue'));
    expect(actions.search.fold).toHaveBeenCalledWith('catalogues', true);
  });

  test('because it was stopped', () => {
    show({ rows: [{ ...freshRow(EMBEDDED), health: { kind: 'stopped' } }] });
    expect(screen.getByText('The search was stopped.')).toBeTruthy();
  });

  test('while it is searched for the reason', () => {
    const searched = { ...EMPTY_FORM, words: 'ice', from: '2020' };
    show({ searched });
    expect(screen.getByText(/Looking for the filter that it is because of/)).toBeTruthy();
  });

  test('because of several filters, each of them alone', () => {
    const searched = {
      ...EMPTY_FORM,
      words: 'ice',
      from: '2020',
      properties: [{ property: 'eo:cloud_cover', op: '<=' as const, value: 5 }]
    };
    const explanation = {
      decisive: ['time' as const, 'property:eo:cloud_cover' as const],
      unknown: []
    };
    const { actions } = show({
      searched,
      explanation,
      rows: [row(), { ...away('failed'), source: OTHER }]
    });
    expect(
      screen.getByText(/There are items without the dates or without the limit on cloud cover/)
    ).toBeTruthy();
    expect(screen.getByText(/such as radar, are left out by any limit/)).toBeTruthy();
    expect(screen.getByText('Other did not answer and may have items.')).toBeTruthy();
    fireEvent.click(button('Search without the limit on cloud cover'));
    expect(actions.search.searchWithout).toHaveBeenCalledWith('property:eo:cloud_cover');
  });

  test.each([['ice'], ['']])('so far, where a catalogue has more: %j', words => {
    const rows = [row({ next: 'page-2' })];
    const { actions } = show({ searched: { ...EMPTY_FORM, words }, rows });
    expect(screen.getByText(/Nothing found so far/)).toBeTruthy();
    fireEvent.click(button('Look further'));
    expect(actions.search.more).toHaveBeenCalledOnce();
  });

  test('for words that name collections leads into these, with the other filters', () => {
    const searched = { ...EMPTY_FORM, words: 'sentinel-2', from: '2020' };
    const named = [{ id: 's2', title: 'Sentinel-2 Level-2A' }];
    const { actions } = show({ searched, named });
    fireEvent.click(button('Search in Sentinel-2 Level-2A'));
    const expected = { ...EMPTY_FORM, from: '2020', collections: ['s2'] };
    expect(actions.search.search).toHaveBeenCalledWith(expected);
  });

  test('in collections names them by their titles', () => {
    const option = {
      id: 's2',
      title: 'Sentinel-2 Level-2A',
      catalogues: [],
      start: null,
      end: null
    };
    const searched = { ...EMPTY_FORM, collections: ['s2', 'x'] };
    show({ searched }, { collections: { ...NO_CHOICES, options: [option] } });
    expect(screen.getByText('Nothing found in Sentinel-2 Level-2A, x.')).toBeTruthy();
  });

  test('because of all filters together offers to drop all', () => {
    const searched = { ...EMPTY_FORM, words: 'ice', from: '2020' };
    const { actions } = show({ searched, explanation: { decisive: [], unknown: ['time'] } });
    expect(screen.getByText(/Not every catalogue could tell for certain/)).toBeTruthy();
    fireEvent.click(button('Search without any filter'));
    expect(actions.search.search).toHaveBeenCalledWith(EMPTY_FORM);
  });
});
