import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CubeView } from '../src/cubeView';
import { NOWHERE } from '../src/state';
import type { EstimateQuery, LocateQuery, PreviewQuery, SeriesQuery } from '../src/tokens';
import {
  BEYOND,
  description,
  dimension,
  estimate,
  FakeClient,
  labels,
  MEAN,
  preview,
  PROBLEM,
  SOURCE,
  TIME,
  variable
} from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function opened(prepare: (client: FakeClient) => void = () => undefined, looking = NOWHERE) {
  const client = new FakeClient();
  prepare(client);
  const cube = new CubeView(client, SOURCE, looking);
  cube.load();
  await vi.runAllTimersAsync();
  return { client, cube };
}

test('what is opened is described, drawn at its first step, and weighed whole', async () => {
  const { client, cube } = await opened();
  expect(cube.store.get().looking).toMatchObject({ asset: 'data', variable: 'tas' });
  expect(client.last<PreviewQuery>('preview').ranges).toEqual({
    time: { start: 0, stop: 1, step: 1 },
    lat: { start: 0, stop: 3, step: 1 },
    lon: { start: 0, stop: 4, step: 1 }
  });
  expect(client.last<EstimateQuery>('estimate').selection).toEqual({
    variables: ['tas'],
    ranges: {}
  });
  expect([client.count('preview'), client.count('estimate')]).toEqual([1, 1]);
});

test('a slider that is drawn asks once, for the step where it rests', async () => {
  const { client, cube } = await opened();
  for (const step of [1, 2, 3]) {
    cube.step('time', step);
  }
  await vi.runAllTimersAsync();
  expect(client.count('preview')).toBe(2);
  expect(client.last<PreviewQuery>('preview').ranges['time']).toEqual({
    start: 3,
    stop: 4,
    step: 1
  });
});

test('a step outside is the nearest inside', async () => {
  const { cube } = await opened();
  cube.step('time', 99);
  expect(cube.store.get().looking.steps['time']).toBe(11);
  cube.step('time', -1);
  expect(cube.store.get().looking.steps['time']).toBe(0);
});

test('a range of another dimension is weighed, and the picture is not read again', async () => {
  const { client, cube } = await opened();
  cube.take('time', { start: 2, stop: 6, step: 2 });
  await vi.runAllTimersAsync();
  expect(client.last<EstimateQuery>('estimate').selection.ranges).toEqual({
    time: { start: 2, stop: 6, step: 2 }
  });
  expect(client.count('preview')).toBe(1);
});

test('a range of the plane is what the picture shows', async () => {
  const { client, cube } = await opened();
  cube.pick({ row: 0, column: 0 });
  cube.take('lat', { start: 1, stop: 3, step: 1 });
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview').ranges['lat']).toEqual({
    start: 1,
    stop: 3,
    step: 1
  });
  expect(cube.store.get().point).toBeNull();
});

test('an offer that is taken is the selection', async () => {
  const { client, cube } = await opened();
  cube.apply({ variables: ['tas'], ranges: { time: { start: 0, stop: 4, step: 1 } } });
  await vi.runAllTimersAsync();
  expect(client.last<EstimateQuery>('estimate').selection.ranges['time']?.stop).toBe(4);
});

test('other variables are weighed with the one that is looked at', async () => {
  const { client, cube } = await opened();
  cube.include('gm', true);
  await vi.runAllTimersAsync();
  expect(client.last<EstimateQuery>('estimate').selection.variables).toEqual(['tas', 'gm']);
  cube.include('gm', false);
  await vi.runAllTimersAsync();
  expect(client.last<EstimateQuery>('estimate').selection.variables).toEqual(['tas']);
});

test('a variable without a map is shown as a series', async () => {
  const { client, cube } = await opened();
  cube.choose('gm');
  await vi.runAllTimersAsync();
  expect(client.count('preview')).toBe(1);
  expect(client.last<SeriesQuery>('series')).toMatchObject({
    variable: 'gm',
    along: 'time',
    place: null,
    ranges: { time: { start: 0, stop: 12, step: 1 } }
  });
});

test('a variable that cannot be read asks for no picture', async () => {
  const { client } = await opened(fake => {
    fake.described = description({ variables: [variable({ problem: 'Unknown codec.' })] });
  });
  expect([client.count('preview'), client.count('series')]).toEqual([0, 0]);
});

test('a cell of the picture gives the series at the steps that its row and column show', async () => {
  const { client, cube } = await opened(fake => {
    fake.picture = preview({ row_steps: [2, 1, 0], column_steps: [2, 3, 0, 1] });
  });
  cube.pick({ row: 0, column: 1 });
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series')).toMatchObject({
    along: 'time',
    place: null,
    ranges: { lat: { start: 2, stop: 3, step: 1 }, lon: { start: 3, stop: 4, step: 1 } }
  });
  cube.runAlong('lat');
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series')).toMatchObject({
    along: 'lat',
    ranges: { lat: { start: 0, stop: 3, step: 1 }, time: { start: 0, stop: 1, step: 1 } }
  });
});

test('where places were resampled, the series is asked for at a place', async () => {
  const { client, cube } = await opened(fake => {
    fake.picture = preview({ row_steps: null, column_steps: null });
  });
  cube.pick({ row: 1, column: 1 });
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series').place).toEqual([10, 50]);
});

test('scattered points are one picture, and their series is asked for at a place', async () => {
  const cell = { ...dimension('cell', 'other', [0, 1, 2]), labels: null };
  const { client, cube } = await opened(fake => {
    const scattered = { dimensions: ['time', 'cell'], shape: [12, 3], x: null, y: null };
    fake.described = description({
      dimensions: [TIME, cell],
      variables: [variable({ ...scattered, points: 'cell' })]
    });
    fake.picture = preview({ row_steps: null, column_steps: null });
  });
  expect(client.last<PreviewQuery>('preview')).toMatchObject({
    across: null,
    along: null,
    ranges: { time: { start: 0, stop: 1, step: 1 }, cell: { start: 0, stop: 3, step: 1 } }
  });
  cube.pick({ row: 1, column: 1 });
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series')).toMatchObject({ along: 'time', place: [10, 50] });
});

test('a variable without a map shows its last two dimensions, and others when they are chosen', async () => {
  const { client, cube } = await opened(fake => {
    fake.described = description({ variables: [variable({ x: null, y: null })] });
  });
  expect(client.last<PreviewQuery>('preview')).toMatchObject({ across: 'lon', along: 'lat' });
  cube.turn({ across: 'time', along: 'lat' });
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview')).toMatchObject({
    across: 'time',
    along: 'lat',
    ranges: { time: { start: 0, stop: 12, step: 1 }, lon: { start: 0, stop: 1, step: 1 } }
  });
});

test('a series has every member of an ensemble where that is wanted', async () => {
  const member = { ...dimension('member', 'ensemble', [0, 1, 2]), labels: null };
  const { client, cube } = await opened(fake => {
    fake.described = description({
      dimensions: [...description().dimensions, member],
      variables: [variable({ dimensions: ['member', 'time', 'lat', 'lon'], shape: [3, 12, 3, 4] })]
    });
  });
  cube.pick({ row: 0, column: 0 });
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series').ranges['member']?.stop).toBe(1);
  cube.showMembers(true);
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series').ranges['member']?.stop).toBe(3);
});

test('another level changes the series at a point, another time does not', async () => {
  const level = dimension('level', 'z', [1000, 500]);
  const { client, cube } = await opened(fake => {
    fake.described = description({
      dimensions: [...description().dimensions, level],
      variables: [variable({ dimensions: ['time', 'level', 'lat', 'lon'], shape: [12, 2, 3, 4] })]
    });
  });
  cube.pick({ row: 0, column: 0 });
  await vi.runAllTimersAsync();
  cube.step('time', 4);
  await vi.runAllTimersAsync();
  expect(client.count('series')).toBe(1);
  cube.step('level', 1);
  await vi.runAllTimersAsync();
  expect(client.last<SeriesQuery>('series').ranges['level']?.start).toBe(1);
});

test('a picture beyond the free bytes is weighed, and read when a person wants it', async () => {
  const { client, cube } = await opened(fake => {
    fake.problems['preview'] = BEYOND;
    fake.weighed = estimate({ read_bytes: 96 * 2 ** 20 });
  });
  expect(cube.preview.store.get().problem).toEqual(BEYOND);
  expect(cube.store.get().beyond).toBe(96 * 2 ** 20);
  delete client.problems['preview'];
  cube.readAnyway();
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview').budget_bytes).toBeGreaterThan(96 * 2 ** 20);
  expect(cube.preview.store.get().answer).not.toBeNull();
});

test('what was allowed for a picture holds for its other steps, and for no other variable', async () => {
  const { client, cube } = await opened(fake => {
    fake.problems['preview'] = BEYOND;
    fake.weighed = estimate({ read_bytes: 96 * 2 ** 20 });
  });
  const { budget_bytes: free } = client.last<PreviewQuery>('preview');
  delete client.problems['preview'];
  cube.readAnyway();
  await vi.runAllTimersAsync();
  cube.step('time', 1);
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview').budget_bytes).toBeGreaterThan(96 * 2 ** 20);
  cube.choose('tas');
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview').budget_bytes).toBe(free);
});

test('no picture is allowed more than a GiB', async () => {
  const { client, cube } = await opened(fake => {
    fake.problems['preview'] = BEYOND;
    fake.weighed = estimate({ read_bytes: 2 ** 40 });
  });
  cube.readAnyway();
  await vi.runAllTimersAsync();
  expect(client.last<PreviewQuery>('preview').budget_bytes).toBe(2 ** 30);
});

test('it plays to the last step and stops there', async () => {
  const { client, cube } = await opened();
  cube.step('time', 9);
  await vi.runAllTimersAsync();
  const before = client.count('preview');
  cube.play('time');
  await vi.runAllTimersAsync();
  expect(client.count('preview') - before).toBe(2);
  expect(cube.store.get()).toMatchObject({ playing: null, looking: { steps: { time: 11 } } });
});

test('it stops to play where a picture fails, or another variable is chosen', async () => {
  const { client, cube } = await opened();
  client.problems['preview'] = PROBLEM;
  cube.play('time');
  await vi.runAllTimersAsync();
  expect(cube.store.get()).toMatchObject({ playing: null, looking: { steps: { time: 1 } } });
  delete client.problems['preview'];
  cube.play('time');
  cube.choose('gm');
  await vi.runAllTimersAsync();
  expect(cube.store.get()).toMatchObject({ playing: null, looking: { steps: { time: 2 } } });
});

test('a value that the description tells is found without a question', async () => {
  const { client, cube } = await opened();
  expect(await cube.locate('time', '2000-04')).toBe(3);
  expect(await cube.locate('lat', '48')).toBe(1);
  expect(client.count('locate')).toBe(0);
});

const MANY = {
  ...TIME,
  size: 90_000,
  labels: labels({ calendar: '360_day', first: '1850-01-01', last: '2099-12-30', step: 86_400 })
};
const LONG = description({
  dimensions: [MANY],
  variables: [{ ...MEAN, shape: [90_000] }]
});

test('where there are too many values the server finds them, in any calendar', async () => {
  const { client, cube } = await opened(fake => {
    fake.described = LONG;
    fake.located = { index: 59, label: '1850-02-30' };
  });
  expect(await cube.locate('time', '1850-02-30')).toBe(59);
  expect(client.last<LocateQuery>('locate')).toMatchObject({ label: '1850-02-30', index: null });
  cube.step('time', 59);
  await vi.runAllTimersAsync();
  expect(client.count('locate')).toBe(1);
  cube.step('time', 60);
  await vi.runAllTimersAsync();
  expect(client.last<LocateQuery>('locate')).toMatchObject({ label: null, index: 60 });
});

test('a value that is none is told in a sentence', async () => {
  const { client, cube } = await opened(fake => {
    fake.described = LONG;
  });
  client.problems['locate'] = { code: 'invalid', detail: 'The calendar has no 31st of February.' };
  await expect(cube.locate('time', '1850-02-31')).rejects.toThrow('no 31st of February');
  await expect(cube.locate('time', ' ')).rejects.toThrow('Type a value.');
});

test('code is for exactly the selection', async () => {
  const { client, cube } = await opened();
  cube.take('time', { start: 1, stop: 3, step: 1 });
  await cube.code();
  expect(client.last('code')).toMatchObject({
    asset: 'data',
    selection: { variables: ['tas'], ranges: { time: { start: 1, stop: 3, step: 1 } } }
  });
});

test('another group begins anew and the groups stay known', async () => {
  const { client, cube } = await opened(fake => {
    fake.described = description({ groups: ['r10m', 'r20m'] });
  });
  cube.step('time', 3);
  client.described = description({ groups: ['r20m'] });
  cube.enter({ group: 'r10m' });
  await vi.runAllTimersAsync();
  expect(client.last('describe')).toMatchObject({ asset: 'data', group: 'r10m' });
  expect(cube.store.get().groups).toEqual([null, 'r10m', 'r20m']);
  expect(cube.store.get().looking.steps).toEqual({});
});

test('what was looked at comes back, where it is still there', async () => {
  const looking = { ...NOWHERE, variable: 'gm', steps: { time: 4 } };
  expect((await opened(() => undefined, looking)).cube.store.get().looking.variable).toBe('gm');
  const gone = { ...looking, variable: 'gone' };
  expect((await opened(() => undefined, gone)).cube.store.get().looking.variable).toBe('tas');
});

test('nothing is read for a view that was closed', async () => {
  const client = new FakeClient();
  client.silent.add('describe');
  const cube = new CubeView(client, SOURCE);
  cube.load();
  cube.dispose();
  expect(client.asked['describe']?.[0]?.signal.aborted).toBe(true);
});

test('what could not be described can be asked for again', async () => {
  const { client, cube } = await opened(fake => {
    fake.problems['describe'] = PROBLEM;
  });
  expect(cube.description.store.get().problem).toEqual(PROBLEM);
  delete client.problems['describe'];
  cube.load(true);
  await vi.runAllTimersAsync();
  expect(client.last('describe')).toMatchObject({ fresh: true });
  expect(cube.store.get().description).not.toBeNull();
});
