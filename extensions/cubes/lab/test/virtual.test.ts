import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  draftOf,
  EMPTY_DRAFT,
  faultsOf,
  firstFault,
  listedIn,
  nameOf,
  progressText,
  queryOf,
  reasonOf,
  refusalsText,
  withoutRefused
} from '../src/virtual';
import { VirtualCubes } from '../src/virtualCubes';
import type { VirtualQuery } from '../src/tokens';
import { FakeClient, job, PROBLEM, REFUSED } from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NO_PLACE = 'Type an s3:// address, or a path on this server.';
const NO_NAME = 'Its last part is a name that ends in .icechunk, such as sst.icechunk.';

const DRAFT = {
  addresses: ' s3://climate/a.nc \r\n\n s3://climate/b.nc\ns3://climate/c.nc',
  join: ' time ',
  target: ' s3://mine/nemo.icechunk '
};

describe('what is typed', () => {
  test('is a list of addresses, one a line, without blanks around them', () => {
    expect(queryOf(DRAFT)).toEqual({
      addresses: ['s3://climate/a.nc', 's3://climate/b.nc', 's3://climate/c.nc'],
      join: 'time',
      target: 's3://mine/nemo.icechunk'
    });
    expect(faultsOf(DRAFT)).toEqual({ addresses: null, join: null, target: null });
    expect(firstFault(faultsOf(DRAFT))).toBeNull();
  });

  test.each([
    ['', 'List the files, one address a line.'],
    ['/a.nc\n/b.nc\n/a.nc', '/a.nc: It is listed twice.'],
    [
      '/a.nc\nftp://host/b.nc',
      'ftp://host/b.nc: Type an address that begins with s3:// or https://, or a path on this server.'
    ],
    ['s3://a/b c.nc', 's3://a/b c.nc: An address has no blanks in it.'],
    [
      'https://me:secret@host/a.nc',
      'https://me:secret@host/a.nc: Leave user and password out of the address.'
    ]
  ])('says which file of %j cannot be used', (addresses, fault) => {
    expect(faultsOf({ ...DRAFT, addresses }).addresses).toBe(fault);
  });

  test.each([
    ['', NO_PLACE],
    ['https://host/a.icechunk', NO_PLACE],
    ['/data/nemo', NO_NAME],
    ['/data/nemo.icechunk/', NO_NAME],
    ['/data/.icechunk', NO_NAME],
    ['s3://', NO_NAME],
    ['s3://mine', NO_NAME],
    ['s3://mine.icechunk', NO_NAME],
    ['s3://mine/my data/a.icechunk', 'An address has no blanks in it.'],
    ['my data/a.icechunk', null]
  ])('says why %j is no place for a cube', (target, fault) => {
    expect(faultsOf({ ...DRAFT, target }).target).toBe(fault);
  });

  test('needs a dimension', () => {
    const faults = faultsOf({ ...DRAFT, join: '  ' });
    expect([faults.join, firstFault(faults)]).toEqual([
      'Type the name of a dimension, such as time.',
      'join'
    ]);
  });

  test('may come from the arguments of a command, as far as they can be read', () => {
    expect(draftOf({ addresses: ['/a.nc', '/b.nc'], join: 'member' })).toEqual({
      addresses: '/a.nc\n/b.nc',
      join: 'member'
    });
    expect(draftOf({ addresses: ['/a.nc', 3], join: null, target: {} })).toEqual({});
  });
});

describe('what is told of one', () => {
  test.each([
    [{ files_read: 12 }, '12 of 36 files read'],
    [{ files: 10_000, files_read: 1200 }, '1,200 of 10,000 files read'],
    [{ files_read: 36 }, '36 of 36 files read, joining them'],
    [{ state: 'done', files: 1 }, 'made of 1 file'],
    [{ state: 'done' }, 'made of 36 files'],
    [{ state: 'refused' }, 'not made'],
    [{ state: 'failed' }, 'failed'],
    [{ state: 'cancelled' }, 'cancelled']
  ] as const)('%j is "%s"', (changes, text) => {
    expect(progressText(job(changes))).toBe(text);
  });

  test('reasons leave the file out that stands beside them, and are copied as a table', () => {
    expect(REFUSED.refusals.map(reasonOf)).toEqual([
      'tas has add_offset 273.15, but 0 in a.nc.',
      'cannot be read: It is truncated.'
    ]);
    expect(refusalsText(REFUSED).split('\n')).toEqual([
      'file\tvariable\taspect\treason',
      's3://climate/b.nc\ttas\tadd_offset\ttas has add_offset 273.15, but 0 in a.nc.',
      's3://climate/c.nc\t\tfile\tcannot be read: It is truncated.'
    ]);
    expect(nameOf('s3://climate/b.nc')).toBe('b.nc');
  });
});

async function followed(jobs = [job({ files_read: 3 })]) {
  const client = new FakeClient();
  client.jobs = jobs;
  const cubes = new VirtualCubes(client, DRAFT);
  cubes.load();
  await vi.advanceTimersByTimeAsync(0);
  return { client, cubes, state: () => cubes.store.get() };
}

test('one that is made is followed each second until it is done, and that is told', async () => {
  const { client, state } = await followed();
  expect(state().jobs?.[0]?.files_read).toBe(3);
  client.jobs = [job({ files_read: 36 })];
  await vi.advanceTimersByTimeAsync(1000);
  expect([client.count('virtualJobs'), state().jobs?.[0]?.files_read]).toEqual([2, 36]);
  client.jobs = [job({ state: 'done', files_read: 36 })];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.count('virtualJobs')).toBe(3);
  expect(state().told).toBe('nemo.icechunk: made of 36 files');
});

test('where nothing is made it is asked once', async () => {
  const { client, state } = await followed([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([client.count('virtualJobs'), state().jobs, vi.getTimerCount()]).toEqual([1, [], 0]);
});

test('what is typed is asked for, stands first at once, and is followed', async () => {
  const { client, cubes, state } = await followed([REFUSED]);
  client.silent.add('virtualJobs');
  void cubes.make();
  await vi.advanceTimersByTimeAsync(0);
  expect(client.last<VirtualQuery>('makeVirtual')).toEqual(queryOf(DRAFT));
  expect(state().jobs?.map(each => [each.id, each.state, each.files])).toEqual([
    ['2', 'running', 3],
    ['1', 'refused', 3]
  ]);
});

test('two clicks make one', async () => {
  const { client, cubes, state } = await followed([]);
  const first = cubes.make();
  await Promise.all([first, cubes.make()]);
  expect([client.count('makeVirtual'), state().starting]).toEqual([1, false]);
});

test('one that is not taken says why, and all that was typed stays', async () => {
  const { client, cubes, state } = await followed([]);
  client.problems['makeVirtual'] = PROBLEM;
  await cubes.make();
  expect(state()).toMatchObject({ problem: PROBLEM, draft: DRAFT, starting: false, jobs: [] });
  delete client.problems['makeVirtual'];
  await cubes.make();
  expect([state().problem, state().jobs?.length]).toEqual([null, 1]);
});

test('one that is cancelled stays in its place, and is followed no more', async () => {
  const { client, cubes, state } = await followed([
    job({ id: '2', target: '/b.icechunk', state: 'done' }),
    job()
  ]);
  await cubes.cancel(job());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.last('cancelVirtual')).toBe('1');
  expect(state().jobs?.map(each => each.state)).toEqual(['done', 'cancelled']);
  expect(client.count('virtualJobs')).toBe(2);
});

test('a server that does not answer is asked again with growing pauses, and what is known stays', async () => {
  const { client, state } = await followed();
  client.problems['virtualJobs'] = PROBLEM;
  await vi.advanceTimersByTimeAsync(1000);
  expect([state().unknown, state().jobs?.length]).toEqual([PROBLEM, 1]);
  await vi.advanceTimersByTimeAsync(1999);
  expect(client.count('virtualJobs')).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(client.count('virtualJobs')).toBe(3);
  delete client.problems['virtualJobs'];
  await vi.advanceTimersByTimeAsync(4000);
  expect([state().unknown, client.count('virtualJobs')]).toEqual([null, 4]);
});

test('after eight times a person is asked, who may have it looked for again', async () => {
  const { client, cubes, state } = await followed();
  client.problems['virtualJobs'] = PROBLEM;
  await vi.advanceTimersByTimeAsync(600_000);
  expect([client.count('virtualJobs'), vi.getTimerCount()]).toEqual([10, 0]);
  delete client.problems['virtualJobs'];
  cubes.load();
  await vi.advanceTimersByTimeAsync(0);
  expect([state().unknown, vi.getTimerCount()]).toEqual([null, 1]);
});

test('one that was interrupted is told, and begun again in its place', async () => {
  const { client, cubes, state } = await followed();
  client.jobs = [job({ state: 'interrupted' })];
  await vi.advanceTimersByTimeAsync(1000);
  expect([state().told, vi.getTimerCount()]).toEqual(['nemo.icechunk: interrupted', 0]);
  await cubes.again(job());
  expect(client.last('makeVirtualAgain')).toBe('1');
  expect([state().jobs?.map(each => each.state), vi.getTimerCount()]).toEqual([['running'], 1]);
});

test('files that were refused are taken off the list, the others stay in their order', async () => {
  const { cubes, state } = await followed([REFUSED]);
  cubes.leaveOut(REFUSED);
  expect(listedIn(state().draft.addresses)).toEqual(['s3://climate/a.nc']);
  expect(withoutRefused(EMPTY_DRAFT, REFUSED)).toBe('');
});

test('a path that was listed in short is taken off by the whole one', () => {
  const refusals = ['/srv/ada/nemo/a.nc', '/srv/ada/b.nc'].map(address => ({
    address,
    variable: null,
    aspect: 'kind',
    text: 'It is no netCDF file.'
  }));
  const draft = { ...DRAFT, addresses: 'nemo/a.nc\n~/b.nc\nother/a.nc\n/srv/ada/c.nc' };
  expect(listedIn(withoutRefused(draft, job({ refusals })))).toEqual([
    'other/a.nc',
    '/srv/ada/c.nc'
  ]);
});

test('a page that was closed asks no more, nor after what it still waited for', async () => {
  const { client, cubes } = await followed();
  const making = cubes.make();
  cubes.dispose();
  await making;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([client.count('virtualJobs'), vi.getTimerCount()]).toEqual([1, 0]);
  expect(client.asked['virtualJobs']?.[0]?.signal.aborted).toBe(true);
});

test('an answer that comes after a newer question changes nothing', async () => {
  const { client, cubes, state } = await followed([]);
  const late: { give?: (jobs: never[]) => void } = {};
  client.virtualJobs = () => new Promise(give => (late.give = give));
  cubes.load();
  const { give } = late;
  client.virtualJobs = async () => [job()];
  cubes.load();
  await vi.advanceTimersByTimeAsync(0);
  give?.([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(state().jobs).toHaveLength(1);
});
