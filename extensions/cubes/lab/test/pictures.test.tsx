import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { moved } from '../src/panel/Picture';
import { NOT_ASKED } from '../src/question';
import { NOWHERE } from '../src/state';
import {
  BEYOND,
  description,
  dimension,
  encoded,
  LATITUDE,
  LONGITUDE,
  preview,
  PROBLEM,
  series,
  TIME,
  variable
} from './fakes';
import { answered, described, show } from './panelFakes';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** What was drawn on a canvas; there is none in a test's browser. */
const drawn: { width: number; pixels: Uint8ClampedArray }[] = [];

beforeEach(() => {
  drawn.length = 0;
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(
        readonly data: Uint8ClampedArray,
        readonly width: number
      ) {}
    }
  );
  const context = {
    putImageData: ({ data, width }: ImageData) => drawn.push({ width, pixels: data })
  };
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
});

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const picture = () => screen.getByRole('application', { name: /Picture of Air temperature/ });
const box = () => screen.getByRole('region', { name: 'Picture' });
const shown = { preview: answered(preview()) };

test('cells are drawn in colours, one pixel each, missing ones clear', () => {
  show(shown);
  expect(drawn[0]?.width).toBe(4);
  expect([...(drawn[0]?.pixels.slice(0, 4) ?? [])]).toEqual([5, 48, 97, 255]);
  expect(drawn[0]?.pixels[47]).toBe(0);
});

test('it has coasts and degrees where it lies on a map, and none elsewhere', async () => {
  const { container, again } = show(shown);
  await waitFor(() =>
    expect(container.querySelector('.eohub-Picture-coast')?.getAttribute('d')).toBe('M0 0L1 1')
  );
  expect(within(picture()).getByText('20° E')).toBeTruthy();
  expect(within(picture()).getByText('50° N')).toBeTruthy();
  again({ preview: answered(preview({ bounds: null })) });
  expect(container.querySelector('.eohub-Picture-coast')).toBeNull();
  expect(within(picture()).queryByText('20° E')).toBeNull();
});

test('the value and place below the pointer are told, also where there is none', () => {
  show(shown);
  const area = picture();
  area.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 300 }) as DOMRect;
  fireEvent.pointerMove(area, { clientX: 150, clientY: 50 });
  expect(box().textContent).toContain('271 K at 60° N, 10° E');
  fireEvent.pointerMove(area, { clientX: 399, clientY: 299 });
  expect(box().textContent).toContain('No value at 40° N, 30° E');
  fireEvent.pointerLeave(area);
  expect(box().textContent).not.toContain('No value');
});

test('on no map, a place is told by its dimensions', () => {
  show({ preview: answered(preview({ bounds: null })) });
  const area = picture();
  area.getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 300 }) as DOMRect;
  fireEvent.pointerMove(area, { clientX: 150, clientY: 50 });
  expect(box().textContent).toContain('271 K at lat 60, lon 10');
});

test('keys move a cross hair and ask for the series, as a click does', () => {
  const { actions } = show(shown);
  fireEvent.keyDown(picture(), { key: 'ArrowUp' });
  fireEvent.keyDown(picture(), { key: 'Home' });
  expect(box().textContent).toContain('270 K at 60° N, 0°');
  fireEvent.keyDown(picture(), { key: 'Enter' });
  expect(actions.pick).toHaveBeenLastCalledWith({ row: 0, column: 0 });
  picture().getBoundingClientRect = () => ({ left: 0, top: 0, width: 400, height: 300 }) as DOMRect;
  fireEvent.click(picture(), { clientX: 399, clientY: 299 });
  expect(actions.pick).toHaveBeenLastCalledWith({ row: 2, column: 3 });
  expect(moved({ row: 2, column: 3 }, 'PageUp', preview())).toEqual({ row: 0, column: 3 });
  expect(moved({ row: 2, column: 3 }, 'a', preview())).toBeNull();
});

test('of more dimensions than two, others can be shown', () => {
  const { actions } = show(shown);
  fireEvent.change(screen.getByRole('combobox', { name: 'across' }), { target: { value: 'time' } });
  expect(actions.turn).toHaveBeenCalledWith({ across: 'time', along: 'lat' });
});

test('bytes, requests, extremes, strides and notes stand below it', () => {
  show({ preview: answered(preview({ every: [4, 2], notes: ['Its north is up.'] })) });
  for (const words of ['from 270 to 292', 'drawn every 4th cell', '400 B read in 1 request']) {
    expect(box().textContent).toContain(words);
  }
  expect(screen.getByText('Its north is up.')).toBeTruthy();
});

test('the ends of the colours are typed, another map is chosen, and all is set back', () => {
  const { actions, again } = show(shown);
  const low = screen.getByRole<HTMLInputElement>('textbox', { name: 'Low' });
  fireEvent.change(low, { target: { value: '260' } });
  fireEvent.keyDown(low, { key: 'Enter' });
  expect(actions.colour).toHaveBeenLastCalledWith({ scale: { low: 260, high: 292 } });
  fireEvent.change(low, { target: { value: 'warm' } });
  fireEvent.blur(low);
  expect(low.getAttribute('aria-invalid')).toBe('true');
  expect(actions.colour).toHaveBeenCalledTimes(1);
  const map = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Colours' });
  expect(map.value).toBe('RdBu');
  fireEvent.change(map, { target: { value: 'viridis' } });
  expect(actions.colour).toHaveBeenLastCalledWith({ map: 'viridis_r' });
  fireEvent.click(screen.getByRole('checkbox', { name: 'reversed' }));
  expect(actions.colour).toHaveBeenLastCalledWith({ map: 'RdBu' });
  again({ ...shown, state: described({ colouring: { scale: null, map: 'viridis' } }) });
  expect([...(drawn.at(-1)?.pixels.slice(0, 3) ?? [])]).toEqual([68, 1, 84]);
  fireEvent.click(button('Reset colours'));
  expect(actions.colour).toHaveBeenLastCalledWith({ scale: null, map: null });
});

test('a slice that is read can be ended, and the last picture stays', () => {
  const { actions } = show({ preview: { ...answered(preview()), asking: true } });
  expect(box().textContent).toContain('Reading the slice');
  expect(picture()).toBeTruthy();
  fireEvent.click(within(box()).getByRole('button', { name: 'Cancel' }));
  expect(actions.stop).toHaveBeenCalledWith('preview');
});

test('a slice that is too large is read when a person wants it', () => {
  const refused = { ...NOT_ASKED, problem: BEYOND };
  const { actions, again } = show({
    preview: refused,
    state: described({ beyond: 96 * 2 ** 20 })
  });
  fireEvent.click(button('Read it anyway (96.0 MiB)'));
  expect(actions.readAnyway).toHaveBeenCalled();
  again({ preview: refused, state: described({ beyond: 2 ** 40 }) });
  expect(screen.queryByRole('button', { name: /anyway/ })).toBeNull();
  expect(box().textContent).toContain('It would read 1.0 TiB. Select less of it.');
});

test('a picture that failed or was stopped is asked for again', () => {
  const { actions, again } = show({ preview: { ...NOT_ASKED, problem: PROBLEM } });
  fireEvent.click(button('Try again'));
  again({ preview: { ...NOT_ASKED, stopped: true } });
  fireEvent.click(button('Try again'));
  expect(actions.lookAgain).toHaveBeenCalledTimes(2);
});

test('a slice without any value is drawn as nothing', () => {
  const values = encoded(Array.from({ length: 12 }, () => NaN));
  const empty = { values, low: null, high: null, least: null, greatest: null };
  show({ preview: answered(preview(empty)) });
  expect(drawn[0]?.pixels.every(value => value === 0)).toBe(true);
});

const AT = described({ point: { row: 1, column: 1 } });
const chart = () => screen.getByRole('application', { name: /tas along time/ });
const line = () => screen.getByRole('region', { name: 'Series' });

test('a series is a line with gaps, its place in words, read by keys and by the pointer', () => {
  const { container } = show({ ...shown, state: AT, series: answered(series()) });
  expect(line().textContent).toContain('50° N, 10° E');
  const path = container.querySelector('.eohub-LineChart-line')?.getAttribute('d') ?? '';
  expect(path.match(/M/g)).toHaveLength(3);
  expect(container.querySelectorAll('.eohub-LineChart-dot')).toHaveLength(1);
  fireEvent.keyDown(chart(), { key: 'Home' });
  expect(line().textContent).toContain('2000-01-01: 1 K');
  fireEvent.keyDown(chart(), { key: 'ArrowRight' });
  fireEvent.keyDown(chart(), { key: 'ArrowRight' });
  expect(line().textContent).toContain('2000-03-01: no value');
  fireEvent.keyDown(chart(), { key: 'End' });
  expect(line().textContent).toContain('2000-12-01: 12 K');
  chart().getBoundingClientRect = () => ({ left: 0, top: 0, width: 560, height: 190 }) as DOMRect;
  fireEvent.pointerMove(chart(), { clientX: 62, clientY: 10 });
  expect(line().textContent).toContain('2000-01-01: 1 K');
});

test('a series is copied as CSV and shown as a table', () => {
  const { actions } = show({ ...shown, state: AT, series: answered(series()) });
  fireEvent.click(button('Copy as CSV'));
  expect(actions.copy.mock.calls[0]?.[0].split('\n').slice(0, 2)).toEqual([
    'time,tas [K]',
    '2000-01-01T00:00:00,1'
  ]);
  fireEvent.click(button('Show as table'));
  const table = within(screen.getByRole('table'));
  expect(table.getAllByRole('row')).toHaveLength(13);
  expect(table.getAllByText('missing')).toHaveLength(2);
});

test('members of an ensemble are thin lines beside their mean, and columns of the CSV', () => {
  const member = { ...dimension('member', 'ensemble', [1, 2]), labels: null };
  const state = described({
    point: { row: 1, column: 1 },
    description: description({
      dimensions: [TIME, LATITUDE, LONGITUDE, member],
      variables: [variable({ dimensions: ['member', 'time', 'lat', 'lon'], shape: [2, 12, 3, 4] })]
    })
  });
  const members = [1, 2].map(label => ({ label, values: series().values.map(() => label * 100) }));
  const { actions, container } = show({ ...shown, state, series: answered(series({ members })) });
  fireEvent.click(screen.getByRole('checkbox', { name: 'all members' }));
  expect(actions.showMembers).toHaveBeenCalledWith(true);
  expect(container.querySelectorAll('.eohub-mod-member')).toHaveLength(2);
  expect(line().textContent).toContain('2 members and their mean');
  fireEvent.click(button('Copy as CSV'));
  expect(actions.copy.mock.calls[0]?.[0].split('\n').slice(0, 2)).toEqual([
    'time,tas [K],member 1,member 2',
    '2000-01-01T00:00:00,1,100,200'
  ]);
});

test('a series runs along another dimension', () => {
  const { actions } = show({ ...shown, state: AT, series: answered(series()) });
  fireEvent.change(screen.getByRole('combobox', { name: 'Series along' }), {
    target: { value: 'lat' }
  });
  expect(actions.runAlong).toHaveBeenCalledWith('lat');
});

test('a series is read, ended and asked for again', () => {
  const { actions, again } = show({ ...shown, state: AT, series: { ...NOT_ASKED, asking: true } });
  fireEvent.click(within(line()).getByRole('button', { name: 'Cancel' }));
  expect(actions.stop).toHaveBeenCalledWith('series');
  again({ ...shown, state: AT, series: { ...NOT_ASKED, problem: PROBLEM } });
  fireEvent.click(within(line()).getByRole('button', { name: 'Try again' }));
  expect(actions.runAgain).toHaveBeenCalled();
});

test('a variable without a map has its series at once, and no picture', () => {
  const looking = { ...NOWHERE, asset: 'data', variable: 'gm' };
  show({ state: described({ looking }), series: answered(series({ variable: 'gm' })) });
  expect(screen.queryByRole('region', { name: 'Picture' })).toBeNull();
  expect(screen.getByRole('application', { name: /gm along time/ })).toBeTruthy();
});

test('the answer for another variable is not shown as that of this one', () => {
  const { container } = show({ preview: answered(preview({ variable: 'sst' })) });
  expect(container.querySelector('canvas')).toBeNull();
});
