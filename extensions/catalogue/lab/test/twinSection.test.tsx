import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { START } from '../src/state';
import { NO_TWINS, type TwinsState } from '../src/twins';
import { AWAY, source, twinForm } from './fakes';
import { row, show } from './panelFakes';

afterEach(cleanup);

const showing = (changes: Partial<TwinsState>, rows = [row()]) =>
  show({ view: { ...START.view, open: ['orders'] }, rows }, { twins: { ...NO_TWINS, ...changes } });
const field = (name: string) => screen.getByLabelText(name);

describe('the form of a digital twin', () => {
  test('is there only where a twin is configured', () => {
    showing({ form: twinForm({ twins: [], fields: [] }) });
    expect(screen.queryByText('Ask a digital twin')).toBeNull();
  });

  test('shows what is left to choose, and chooses', () => {
    const { actions } = showing({ form: twinForm() });
    expect(actions.twins.load).toHaveBeenCalledOnce();
    expect(screen.queryByLabelText('class')).toBeNull();
    fireEvent.change(field('model'), { target: { value: 'NEMO' } });
    expect(actions.twins.choose).toHaveBeenCalledWith('model', ['NEMO']);
    expect(screen.getByText('Next: model.')).toBeTruthy();
    const insert = screen.getByRole('button', { name: 'Insert code' });
    expect((insert as HTMLButtonElement).disabled).toBe(true);
  });

  test('offers the twin where there are several', () => {
    const { actions } = showing({
      form: twinForm({ twins: ['Climate', 'Extremes'], twin: null, fields: [] })
    });
    fireEvent.change(field('twin'), { target: { value: 'Extremes' } });
    expect(actions.twins.pick).toHaveBeenCalledWith('Extremes');
  });

  test('takes days and a place', () => {
    const { actions } = showing({ form: twinForm() });
    fireEvent.change(field('First day'), { target: { value: '2028-06-10' } });
    fireEvent.change(field('where'), { target: { value: 'point' } });
    expect(actions.twins.change.mock.calls).toEqual([
      [{ start: '2028-06-10' }],
      [{ point: [0, 0], bbox: null }]
    ]);
  });

  test('takes the numbers of a point and of a box', () => {
    const query = { ...NO_TWINS.query, point: [8.5, 47.4] as [number, number] };
    const first = showing({ form: twinForm(), query });
    fireEvent.change(field('Latitude'), { target: { value: '48' } });
    expect(first.actions.twins.change).toHaveBeenCalledWith({ point: [8.5, 48] });
    cleanup();
    const box = { ...NO_TWINS.query, bbox: [5, 45, 11, 48] as [number, number, number, number] };
    const second = showing({ form: twinForm(), query: box });
    fireEvent.change(field('West'), { target: { value: '6' } });
    expect(second.actions.twins.change).toHaveBeenCalledWith({ bbox: [6, 45, 11, 48] });
    fireEvent.change(field('West'), { target: { value: '' } });
    expect(second.actions.twins.change).toHaveBeenCalledOnce();
  });

  test('inserts a complete request, and finds it where there is a Data Lake', () => {
    const whole = twinForm({ missing: null, code: 'x', search: {} as never });
    const { actions } = showing({ form: whole }, [row({ source: source({ kind: 'destine' }) })]);
    fireEvent.click(screen.getByRole('button', { name: 'Insert code' }));
    fireEvent.click(screen.getByRole('button', { name: 'Find it to order' }));
    expect(actions.twins.insertCode).toHaveBeenCalledOnce();
    expect(actions.twins.find).toHaveBeenCalledOnce();
    cleanup();
    showing({ form: whole });
    expect(screen.queryByRole('button', { name: 'Find it to order' })).toBeNull();
  });

  test('says why it cannot be asked for', () => {
    showing({ problem: AWAY.problem });
    expect(screen.getByRole('alert').textContent).toContain('It cannot be reached.');
  });
});
