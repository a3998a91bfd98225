import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { otherChunk } from '../src/panel/StepSlider';
import { NOT_ASKED } from '../src/question';
import { NOWHERE, START } from '../src/state';
import {
  COORDINATE,
  description,
  dimension,
  estimate,
  LATITUDE,
  LONGITUDE,
  MEAN,
  preview,
  PROBLEM,
  SOURCE,
  TIME,
  variable
} from './fakes';
import { answered, described, show } from './panelFakes';

afterEach(cleanup);

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });
const asking = { ...NOT_ASKED, asking: true };

test('it says what it reads, and ends it', () => {
  const { actions } = show({ state: START, description: asking });
  expect(screen.getByRole('status').textContent).toContain('Reading what is in a1b.zarr');
  fireEvent.click(button('Cancel'));
  expect(actions.stop).toHaveBeenCalledWith('description');
});

test('what was stopped before it was known can be asked for again', () => {
  const { actions } = show({ state: START, description: { ...NOT_ASKED, stopped: true } });
  fireEvent.click(button('Try again'));
  expect(actions.load).toHaveBeenCalled();
});

test('a problem says what happened, what to do, and tries again', () => {
  const { actions } = show({ state: START, description: { ...NOT_ASKED, problem: PROBLEM } });
  const alert = within(screen.getByRole('alert'));
  expect(alert.getByText(PROBLEM.detail)).toBeTruthy();
  expect(alert.getByText('Try again in a minute.')).toBeTruthy();
  fireEvent.click(alert.getByRole('button', { name: 'Try again' }));
  expect(actions.load).toHaveBeenCalled();
});

test('variables have units, sizes, chunks and bytes, and coordinates are folded away', () => {
  const { container } = show();
  const nav = screen.getByRole('navigation', { name: 'Variables' });
  expect(nav.textContent).toContain('tas [K]');
  expect(nav.textContent).toContain('time 12 × lat 3 × lon 4');
  expect(nav.textContent).toContain('float32 · 576 B · chunks 4 × 3 × 4');
  const folded = container.querySelector('details') as HTMLDetailsElement;
  expect([folded.open, folded.querySelector('summary')?.textContent]).toEqual([
    false,
    '1 coordinate'
  ]);
});

test('variables are chosen, also by keys, and read together', () => {
  const { actions } = show();
  const first = screen.getByRole('button', { name: /Air temperature/ });
  expect(first.getAttribute('aria-current')).toBe('true');
  first.focus();
  fireEvent.keyDown(first, { key: 'ArrowDown' });
  expect(document.activeElement?.textContent).toContain('Global mean');
  fireEvent.click(document.activeElement as HTMLElement);
  expect(actions.choose).toHaveBeenCalledWith('gm');
  fireEvent.click(screen.getByRole('checkbox', { name: 'Read gm too' }));
  expect(actions.include).toHaveBeenCalledWith('gm', true);
});

test('many variables are filtered, and it is said how many are not shown', () => {
  const many = Array.from({ length: 20 }, (_, at) => variable({ name: `v${at}`, label: `L${at}` }));
  show({
    state: described({ description: description({ variables: many, variable_count: 900 }) })
  });
  expect(screen.getByText('Showing 20 of 900 variables.')).toBeTruthy();
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'l17 K' } });
  expect(screen.getAllByRole('checkbox')).toHaveLength(1);
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'nothing' } });
  expect(screen.getByText('No variable is named like this.')).toBeTruthy();
});

test('why a variable cannot be read stands in its row and in place of its picture', () => {
  const broken = variable({ problem: 'Its codec zstd9 is not known.' });
  show({ state: described({ description: description({ variables: [broken] }) }) });
  expect(screen.getByText('Its codec zstd9 is not known.')).toBeTruthy();
  expect(screen.getByText('tas cannot be read: Its codec zstd9 is not known.')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Picture' })).toBeNull();
});

test('data without anything to read says so', () => {
  const empty = description({ variables: [], variable_count: 0 });
  show({ state: described({ description: empty, looking: NOWHERE }) });
  expect(screen.getByText('There is no variable in it that could be read.')).toBeTruthy();
});

test('assets and groups are chosen where there are several', () => {
  const asset = SOURCE.assets[0];
  const source = { ...SOURCE, assets: asset ? [asset, { ...asset, key: 'b', title: 'B' }] : [] };
  const { actions } = show({ source, state: described({ groups: [null, 'r10m'] }) });
  fireEvent.change(screen.getByRole('combobox', { name: 'Asset' }), { target: { value: 'b' } });
  expect(actions.enter).toHaveBeenLastCalledWith({ asset: 'b' });
  fireEvent.change(screen.getByRole('combobox', { name: 'Group' }), { target: { value: 'r10m' } });
  expect(actions.enter).toHaveBeenLastCalledWith({ group: 'r10m' });
});

test('the slider steps by keys, by chunk with page keys, and is read as a value', () => {
  const { actions } = show({
    state: described({
      looking: { ...NOWHERE, asset: 'data', variable: 'tas', steps: { time: 5 } }
    })
  });
  const slider = screen.getByRole('slider', { name: 'Time' });
  expect(slider.getAttribute('aria-valuetext')).toBe('2000-06-01, 6 of 12');
  fireEvent.keyDown(slider, { key: 'PageUp' });
  expect(actions.step).toHaveBeenLastCalledWith('time', 8);
  fireEvent.keyDown(slider, { key: 'PageDown' });
  expect(actions.step).toHaveBeenLastCalledWith('time', 4);
  fireEvent.change(slider, { target: { value: '6' } });
  expect(actions.step).toHaveBeenLastCalledWith('time', 6);
  expect([otherChunk(4, -1, 4), otherChunk(4, 1, 4)]).toEqual([0, 8]);
});

test('dimensions of the map have ranges and no slider', () => {
  show();
  expect(screen.getAllByRole('slider').map(each => each.getAttribute('aria-label'))).toEqual([
    'Time'
  ]);
  expect(field('lat read from').value).toBe('60');
  expect(field('lat read to').value).toBe('40');
});

test('a value is typed, found and shown; a wrong one keeps what was typed and says why', async () => {
  const { actions } = show();
  actions.locate.mockResolvedValueOnce(3);
  fireEvent.change(field('Time shown'), { target: { value: '2000-04' } });
  fireEvent.keyDown(field('Time shown'), { key: 'Enter' });
  await waitFor(() => expect(actions.step).toHaveBeenCalledWith('time', 3));
  expect(actions.locate).toHaveBeenCalledWith('time', '2000-04');
  actions.locate.mockRejectedValueOnce(new Error('The calendar has no 31st of April.'));
  fireEvent.change(field('Time read from'), { target: { value: '2000-04-31' } });
  fireEvent.blur(field('Time read from'));
  expect((await screen.findByRole('alert')).textContent).toBe('The calendar has no 31st of April.');
  expect(field('Time read from').value).toBe('2000-04-31');
  expect(field('Time read from').getAttribute('aria-invalid')).toBe('true');
  expect(actions.take).not.toHaveBeenCalled();
  fireEvent.keyDown(field('Time read from'), { key: 'Escape' });
  expect(field('Time read from').value).toBe('2000-01-01');
});

test('a range is typed by its values, both of which are read', async () => {
  const { actions } = show();
  actions.locate.mockResolvedValueOnce(7);
  fireEvent.change(field('Time read to'), { target: { value: '2000-08' } });
  await act(async () => fireEvent.blur(field('Time read to')));
  expect(actions.take).toHaveBeenLastCalledWith('time', { start: 0, stop: 8, step: 1 });
  fireEvent.change(screen.getByRole('spinbutton', { name: 'Time read every' }), {
    target: { value: '3' }
  });
  expect(actions.take).toHaveBeenLastCalledWith('time', { start: 0, stop: 12, step: 3 });
});

test('a beginning behind the end takes the end along, and all is one button away', async () => {
  const looking = {
    ...NOWHERE,
    asset: 'data',
    variable: 'tas',
    ranges: { time: { start: 2, stop: 5, step: 1 } }
  };
  const { actions } = show({ state: described({ looking }) });
  expect(screen.getByText('3 steps')).toBeTruthy();
  actions.locate.mockResolvedValueOnce(9);
  fireEvent.change(field('Time read from'), { target: { value: '2000-10' } });
  await act(async () => fireEvent.blur(field('Time read from')));
  expect(actions.take).toHaveBeenLastCalledWith('time', { start: 9, stop: 10, step: 1 });
  fireEvent.click(button('Read all of Time'));
  expect(actions.take).toHaveBeenLastCalledWith('time', { start: 0, stop: 12, step: 1 });
});

test('it plays through a dimension and pauses', () => {
  const { actions, again } = show();
  fireEvent.click(button('Play through Time'));
  expect(actions.play).toHaveBeenLastCalledWith('time');
  again({ state: described({ playing: 'time' }) });
  fireEvent.click(button('Pause'));
  expect(actions.play).toHaveBeenLastCalledWith(null);
});

test('a dimension without values is stepped by number', () => {
  const bare = { ...dimension('member', 'ensemble', [0, 1, 2]), labels: null };
  show({
    state: described({
      description: description({
        dimensions: [bare, TIME, LATITUDE, LONGITUDE],
        variables: [variable({ dimensions: ['member', 'lat', 'lon'], shape: [3, 3, 4] })]
      })
    })
  });
  expect(field('member shown').value).toBe('0');
});

test.each([
  ['fits', 'Fits in this server'],
  ['tight', 'Fits, but barely'],
  ['does_not_fit', 'Does not fit in this server'],
  ['unknown', 'Free memory is not known'],
  ['empty', 'Nothing is selected']
] as const)('the verdict %s is told in words', (verdict, words) => {
  const free_bytes = verdict === 'unknown' ? null : 2048;
  show({ estimate: answered(estimate({ verdict, free_bytes })) });
  const box = within(screen.getByRole('region', { name: 'Estimate' }));
  expect(box.getByText(words)).toBeTruthy();
  expect(box.getByText(/576 B in memory, 400 B to read/)).toBeTruthy();
  const memory = box.queryByRole('meter', { name: /Memory/ });
  expect(memory?.getAttribute('aria-valuenow') ?? null).toBe(
    verdict === 'unknown' || verdict === 'empty' ? null : '28'
  );
});

test.each([
  [576, 4096, '576 B of 2.0 KiB free, 14 % of the 4.0 KiB of this server'],
  [81_920, 4096, '80.0 KiB of 2.0 KiB free, 2,000 % of the 4.0 KiB of this server'],
  [8, 4096, '8 B of 2.0 KiB free, less than 1 % of the 4.0 KiB of this server'],
  [576, null, '576 B of 2.0 KiB free']
])('%d of %s bytes are told as a share of what a person has', (memory_bytes, limit_bytes, told) => {
  show({ estimate: answered(estimate({ memory_bytes, limit_bytes })) });
  const memory = within(screen.getByRole('region', { name: 'Estimate' })).getByText('Memory');
  expect(memory.nextElementSibling?.textContent).toBe(told);
});

test.each([
  [0.001, '20 B, 1 chunk, 1 request, less than 1 % needed', '0.1%'],
  [0.25, '20 B, 1 chunk, 1 request, 25 % needed', '25%'],
  [1, '20 B, 1 chunk, 1 request', '100%']
])('a part of %d of what is read is told in words and by a bar', (used_share, told, width) => {
  show({
    estimate: answered(estimate({ used_share, read_bytes: 20, chunks: 1, requests: 1 }))
  });
  const read = within(screen.getByRole('region', { name: 'Estimate' })).getByText('To read');
  expect(read.nextElementSibling?.textContent).toBe(told);
  expect(
    read.nextElementSibling?.querySelector<HTMLElement>('[role=meter] > span')?.style.width
  ).toBe(width);
});

test('the slider keeps its place, however long the value is that it stands at', () => {
  const hours = ['2000-01-01', '2000-01-01T06:00', '2000-01-01T12:00'];
  const time = dimension('time', 'time', hours, { calendar: 'standard' });
  const at = (step: number) =>
    described({
      description: description({ dimensions: [time, LATITUDE, LONGITUDE] }),
      looking: { ...NOWHERE, asset: 'data', variable: 'tas', steps: { time: step } }
    });
  const { again } = show({ state: at(0) });
  const { width } = field('time shown').style;
  again({ state: at(1) });
  expect(field('time shown').value).toBe('2000-01-01T06:00');
  expect(field('time shown').style.width).toBe(width);
});

test('offers and whole chunks are taken with a button', () => {
  const aligned = { variables: ['tas'], ranges: { time: { start: 0, stop: 8, step: 1 } } };
  const selection = { variables: ['tas'], ranges: { time: { start: 0, stop: 4, step: 1 } } };
  const { actions } = show({
    estimate: answered(
      estimate({
        verdict: 'does_not_fit',
        used_share: 0.25,
        aligned,
        offers: [
          { kind: 'smaller', text: 'The first 4 times: 192 B.', selection },
          { kind: 'profile', text: 'A server of 16 GiB would do.', selection: null }
        ]
      })
    )
  });
  expect(screen.getByText(/25 % needed/)).toBeTruthy();
  fireEvent.click(button('Grow to whole chunks'));
  expect(actions.apply).toHaveBeenLastCalledWith(aligned);
  fireEvent.click(button('Select it: The first 4 times: 192 B.'));
  expect(actions.apply).toHaveBeenLastCalledWith(selection);
  expect(screen.getAllByRole('button', { name: /Select it/ })).toHaveLength(1);
});

test('an estimate is measured, fails and is asked for again', () => {
  const { actions, again } = show({ estimate: asking });
  expect(screen.getByText('Measuring')).toBeTruthy();
  again({ estimate: { ...NOT_ASKED, problem: PROBLEM } });
  fireEvent.click(button('Try again'));
  expect(actions.weighAgain).toHaveBeenCalled();
});

test('code goes into a notebook where there are notebooks, and can be copied anywhere', () => {
  const { actions, again } = show({ state: described({ told: 'Inserted into a.ipynb' }) });
  fireEvent.click(button('Insert code'));
  fireEvent.click(button('Copy code'));
  expect([actions.insert.mock.calls.length, actions.copyCode.mock.calls.length]).toEqual([1, 1]);
  expect(screen.getByText('Inserted into a.ipynb')).toBeTruthy();
  again({ canInsert: false, state: described({ codeProblem: PROBLEM }) });
  expect(screen.queryByRole('button', { name: 'Insert code' })).toBeNull();
  expect(screen.getByRole('alert').textContent).toContain(PROBLEM.detail);
});

test('what a person should know is told before they rely on it', () => {
  const notes = ['Its times come twice.'];
  show({ state: described({ description: description({ notes }) }) });
  expect(screen.getByRole('list', { name: 'Notes' }).textContent).toBe('Its times come twice.');
});

test('nothing of the data becomes HTML', () => {
  const script = '<img src=x onerror="alert(1)">';
  const hostile = variable({ name: 'x', label: script, units: script, problem: script });
  const { container } = show({
    source: { ...SOURCE, title: script },
    state: described({
      description: description({
        variables: [hostile, MEAN, COORDINATE],
        notes: [script],
        title: script
      })
    }),
    preview: answered(preview({ notes: [script], across: script, units: script }))
  });
  expect(container.querySelector('img')).toBeNull();
});
