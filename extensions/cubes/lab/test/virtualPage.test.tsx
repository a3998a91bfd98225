import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, expect, test, vi, type Mock } from 'vitest';
import { VirtualPage, type VirtualActions } from '../src/panel/VirtualPage';
import { NO_JOBS, type VirtualState } from '../src/virtualCubes';
import { job, PROBLEM, REFUSED } from './fakes';

afterEach(cleanup);

type Seen = { readonly [K in keyof VirtualActions]: Mock<VirtualActions[K]> };

const NAMES = [
  'type',
  'make',
  'load',
  'cancel',
  'leaveOut',
  'look',
  'insert',
  'again',
  'copyCode',
  'copy'
] as const;

const DRAFT = { addresses: '/a.nc\n/b.nc', join: 'time', target: '/ab.icechunk' };
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const noButton = (name: string | RegExp) => screen.queryByRole('button', { name }) === null;
const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });
const DONE = job({ state: 'done', files_read: 36 });

function show(changes: Partial<VirtualState> = {}, canInsert = true) {
  const actions = Object.fromEntries(NAMES.map(name => [name, vi.fn()])) as unknown as Seen;
  const state: VirtualState = { ...NO_JOBS, jobs: [], ...changes };
  const page = (now: VirtualState) => (
    <VirtualPage state={now} canInsert={canInsert} actions={actions} />
  );
  const { container, rerender } = render(page(state));
  return {
    actions,
    container,
    again: (more: Partial<VirtualState>) => rerender(page({ ...state, ...more }))
  };
}

test('fields have names and say what they are for; the dimension is time at first', () => {
  show();
  expect([field('Files').value, field('Join along').value, field('Into').value]).toEqual([
    '',
    'time',
    ''
  ]);
  for (const name of ['Files', 'Join along', 'Into']) {
    const told = field(name).getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(told)?.textContent).toBeTruthy();
  }
});

test('what is typed is kept, and files are counted', () => {
  const { actions, again } = show();
  fireEvent.change(field('Files'), { target: { value: '/a.nc\n/b.nc' } });
  expect(actions.type).toHaveBeenLastCalledWith({ addresses: '/a.nc\n/b.nc' });
  fireEvent.change(field('Join along'), { target: { value: 'member' } });
  expect(actions.type).toHaveBeenLastCalledWith({ join: 'member' });
  fireEvent.change(field('Into'), { target: { value: '/x' } });
  expect(actions.type).toHaveBeenLastCalledWith({ target: '/x' });
  again({ draft: DRAFT });
  expect(screen.getByText(/2 files\.$/)).toBeTruthy();
});

test('a draft without faults is made', () => {
  const { actions } = show({ draft: DRAFT });
  fireEvent.click(button('Make it'));
  expect(actions.make).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('faults stand at their fields once it was tried, the first has the focus, and they go as they are mended', () => {
  const { actions, again } = show({ draft: { ...DRAFT, addresses: '/a.nc\n/a.nc', target: '/x' } });
  expect(screen.queryByRole('alert')).toBeNull();
  fireEvent.click(button('Make it'));
  expect(actions.make).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(field('Files'));
  expect(screen.getAllByRole('alert').map(each => each.textContent)).toEqual([
    '/a.nc: It is listed twice.',
    'Its last part is a name that ends in .icechunk, such as sst.icechunk.'
  ]);
  expect(
    ['Files', 'Join along', 'Into'].map(name => field(name).getAttribute('aria-invalid'))
  ).toEqual(['true', 'false', 'true']);
  again({ draft: { ...DRAFT, target: '/x' } });
  expect(screen.getAllByRole('alert')).toHaveLength(1);
});

test('why one is not taken stands in the form', () => {
  const { container } = show({ problem: PROBLEM });
  const form = within(container.querySelector('form') as HTMLFormElement);
  expect(form.getByRole('alert').textContent).toBe(`${PROBLEM.detail}${PROBLEM.hint}`);
});

test('where none was made it says so, and before that what it waits for', () => {
  const { again } = show();
  expect(screen.getByText(/^None was made here/)).toBeTruthy();
  again({ jobs: null });
  expect(screen.getByText('Asking your server')).toBeTruthy();
});

test('one that is made tells how far it is, and can be cancelled', () => {
  const running = job({ files_read: 12 });
  const { actions } = show({ jobs: [running] });
  const row = within(screen.getByRole('listitem', { name: 'nemo.icechunk' }));
  expect(row.getByText('12 of 36 files read')).toBeTruthy();
  const bar = row.getByRole<HTMLProgressElement>('progressbar', {
    name: 'Files of nemo.icechunk read'
  });
  expect([bar.getAttribute('value'), bar.getAttribute('max')]).toEqual(['12', '36']);
  fireEvent.click(row.getByRole('button', { name: 'Cancel nemo.icechunk' }));
  expect(actions.cancel).toHaveBeenCalledWith(running);
});

test('one that is done is looked at, and its code is inserted or copied', () => {
  const { actions } = show({ jobs: [DONE] });
  fireEvent.click(button('Look at it: nemo.icechunk'));
  fireEvent.click(button('Insert code of nemo.icechunk'));
  fireEvent.click(button('Copy code of nemo.icechunk'));
  for (const name of ['look', 'insert', 'copyCode'] as const) {
    expect(actions[name]).toHaveBeenCalledWith(DONE);
  }
});

test('without notebooks code is copied only', () => {
  show({ jobs: [DONE] }, false);
  expect([noButton(/^Insert/), noButton(/^Copy code/)]).toEqual([true, false]);
});

test('a refused one lists every reason with file, variable and both values, and copies them', () => {
  const { actions } = show({ jobs: [REFUSED] });
  expect(
    screen.getByText('2 files of 3 cannot be joined, for 2 reasons. Nothing was made.')
  ).toBeTruthy();
  expect(screen.getByText(REFUSED.hint ?? '')).toBeTruthy();
  const rows = within(screen.getByRole('table')).getAllByRole('row');
  expect(rows.map(row => [...row.children].map(cell => cell.textContent))).toEqual([
    ['File', 'Variable', 'Reason'],
    ['b.nc', 'tas', 'tas has add_offset 273.15, but 0 in a.nc.'],
    ['c.nc', '', 'cannot be read: It is truncated.']
  ]);
  expect(screen.getByRole('rowheader', { name: 'b.nc' }).title).toBe('s3://climate/b.nc');
  fireEvent.click(button('Copy the reasons of nemo.icechunk'));
  expect(actions.copy.mock.lastCall?.[0].split('\n')).toHaveLength(3);
});

test('refused files are taken off the list where they are on it and others stay', () => {
  const addresses = 's3://climate/a.nc\ns3://climate/b.nc\ns3://climate/c.nc';
  const { actions, again } = show({ jobs: [REFUSED], draft: { ...DRAFT, addresses } });
  fireEvent.click(button('Take these files off the list'));
  expect(actions.leaveOut).toHaveBeenCalledWith(REFUSED);
  again({ jobs: [REFUSED], draft: DRAFT });
  expect(noButton('Take these files off the list')).toBe(true);
  again({ jobs: [REFUSED], draft: { ...DRAFT, addresses: 's3://climate/b.nc' } });
  expect(noButton('Take these files off the list')).toBe(true);
});

test('where not all reasons are told it says how many there are', () => {
  show({ jobs: [{ ...REFUSED, refusal_count: 1234 }] });
  expect(
    screen.getByText('Some files cannot be joined. Showing 2 reasons of 1,234. Nothing was made.')
  ).toBeTruthy();
});

test('a failed one and an interrupted one say why; they and a cancelled one are made again', () => {
  const failed = job({
    state: 'failed',
    problem: 'There is no folder /x.',
    hint: 'Make it first.'
  });
  const interrupted = job({ state: 'interrupted', problem: 'Your server ended.' });
  for (const [each, said] of [
    [failed, 'There is no folder /x.Make it first.Make it again'],
    [interrupted, 'Your server ended.Make it again'],
    [job({ state: 'cancelled' }), undefined]
  ] as const) {
    const { actions } = show({ jobs: [each] });
    expect(screen.queryByRole('alert')?.textContent).toBe(said);
    fireEvent.click(button('Make nemo.icechunk again'));
    expect(actions.again).toHaveBeenCalledWith(each);
    cleanup();
  }
});

test('a cancelled one tells what may be left of it', () => {
  show({
    jobs: [job({ state: 'cancelled', problem: 'Parts may be left.', hint: 'Remove them.' })]
  });
  expect(screen.getByRole('alert').textContent).toContain('Parts may be left.Remove them.');
});

test('a server that does not answer is told beside what was known, and asked again', () => {
  const { actions } = show({ jobs: [job({ files_read: 12 })], unknown: PROBLEM });
  expect(screen.getByText('12 of 36 files read')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toContain(PROBLEM.detail);
  fireEvent.click(button('Try again'));
  expect(actions.load).toHaveBeenCalled();
});

test('what happened is told in one place, and why no code could be written', () => {
  show({ told: 'nemo.icechunk: made of 36 files', codeProblem: PROBLEM });
  expect(screen.getByRole('status').textContent).toBe('nemo.icechunk: made of 36 files');
  expect(screen.getByRole('alert').textContent).toContain(PROBLEM.detail);
});

test('no state breaks a rule of accessibility that can be told without drawing it', async () => {
  const jobs = [
    job({ files_read: 12 }),
    { ...DONE, id: '2' },
    { ...REFUSED, id: '3' },
    job({ id: '4', state: 'failed' }),
    job({ id: '5', state: 'cancelled' })
  ];
  const { container } = show({ jobs, problem: PROBLEM, unknown: PROBLEM });
  fireEvent.click(button('Make it'));
  const { violations, passes } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false } }
  });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  expect(passes.length).toBeGreaterThan(10);
});
