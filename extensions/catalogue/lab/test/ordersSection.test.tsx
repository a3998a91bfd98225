import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { NO_ORDERS } from '../src/orders';
import { START } from '../src/state';
import type { Order } from '../src/tokens';
import { item, order, source } from './fakes';
import { row, rowsOf, show } from './panelFakes';

afterEach(cleanup);

const OPEN = { view: { ...START.view, open: ['orders' as const] } };
const OFFER = { href: 'https://hda.example/order', body: {} };
const showing = (...orders: readonly Order[]) => show(OPEN, { orders: { ...NO_ORDERS, orders } });
const buttons = () =>
  screen
    .getAllByRole('button', { name: /: Wind/ })
    .map(each => each.getAttribute('aria-label')?.split(':')[0]);

describe('the orders', () => {
  test('are listed when they are folded open', () => {
    const { actions } = showing();
    expect(actions.orders.load).toHaveBeenCalledOnce();
    expect(screen.getByText(/Nothing is ordered yet/)).toBeTruthy();
  });

  test('have a place in the panel only where something can be ordered or was', () => {
    show();
    expect(screen.queryByRole('button', { name: /^Orders/ })).toBeNull();
    cleanup();
    show({ rows: [row({ source: source({ kind: 'destine' }) })] });
    expect(screen.getByRole('button', { name: 'Orders' })).toBeTruthy();
    cleanup();
    show({}, { orders: { ...NO_ORDERS, orders: [order(), order({ id: 'o2', state: 'failed' })] } });
    expect(screen.getByRole('button', { name: 'Orders 1' })).toBeTruthy();
  });

  test('tell their state, since when, and the next ask', () => {
    showing(order());
    expect(screen.getByText('Wind in June 2028')).toBeTruthy();
    expect(screen.getByText('ordered').getAttribute('role')).toBe('status');
    expect(screen.getByText('since 2026-03-01 12:00 UTC · next ask 12:00:05 UTC')).toBeTruthy();
    expect(screen.getByRole('progressbar', { name: 'Order of Wind in June 2028' })).toBeTruthy();
  });

  test.each([
    ['placing', { next_ask: null }, []],
    ['placing', {}, ['Forget']],
    ['ordered', {}, ['Ask now', 'Stop watching']],
    ['shipping', {}, ['Ask now', 'Stop watching']],
    ['failed', {}, ['Order again', 'Forget']],
    ['unknown', {}, ['Order again', 'Forget']],
    ['cancelled-watching', {}, ['Watch again', 'Forget']],
    ['succeeded', {}, ['Forget']]
  ] as const)('%s can be done with what makes sense then', (state, changes, expected) => {
    showing(order({ state, ...changes }));
    const found = screen.queryAllByRole('button', { name: /: Wind/ });
    expect(found.map(each => each.textContent)).toEqual(expected);
  });

  test('that are delivered can be opened, and their address copied', () => {
    const delivered = { catalogue: 'hda', collection: 'twin', item: 'order-1' };
    const address = 'https://files.example/big.nc';
    const { actions } = showing(
      order({ state: 'succeeded', delivered, address, size_bytes: 100_800_000_000 })
    );
    expect(buttons()).toEqual(['Open', 'Copy address', 'Forget']);
    expect(screen.getByText('since 2026-03-01 12:00 UTC · 93.9 GiB')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Open: / }));
    fireEvent.click(screen.getByRole('button', { name: /^Copy address: / }));
    expect(actions.openKey).toHaveBeenCalledWith(delivered);
    expect(actions.copy).toHaveBeenCalledWith(address);
  });

  test.each([
    ['unknown', 'eohub-Fault'],
    ['ordered', 'eohub-Hint']
  ] as const)('tell what went wrong and what to do, %s as %s', (state, look) => {
    showing(order({ state, problem: 'Why.', hint: 'Do this.' }));
    expect(screen.getByText('Why.').className).toBe(look);
    expect(screen.getByText('Do this.')).toBeTruthy();
  });

  test('do what their buttons say', () => {
    const { actions } = showing(order(), order({ id: 'o2', title: 'Wind 2', state: 'unknown' }));
    fireEvent.click(screen.getByRole('button', { name: 'Ask now: Wind in June 2028' }));
    fireEvent.click(screen.getByRole('button', { name: 'Stop watching: Wind in June 2028' }));
    fireEvent.click(screen.getByRole('button', { name: 'Order again: Wind 2' }));
    fireEvent.click(screen.getByRole('button', { name: 'Forget: Wind 2' }));
    expect(actions.orders.watch).toHaveBeenCalledWith('o1');
    expect(actions.orders.stopWatching).toHaveBeenCalledWith('o1');
    expect(actions.orders.retry.mock.calls[0]?.[0].id).toBe('o2');
    expect(actions.orders.forget).toHaveBeenCalledWith('o2');
  });
});

describe('a row', () => {
  const button = () => screen.getByRole('button', { name: /^Order data|^Insert code/ });

  test('whose data has to be made first is ordered instead of inserted', () => {
    const wanted = item({ offer: OFFER, code_refusal: 'This item has no assets.' });
    const { actions } = show({ found: rowsOf(wanted) });
    fireEvent.click(button());
    expect(actions.orders.order).toHaveBeenCalledWith(wanted);
    expect(actions.insert).not.toHaveBeenCalled();
  });

  test('with data that is there is inserted, also where it can be ordered', () => {
    const { actions } = show({ found: rowsOf(item({ offer: OFFER })) });
    fireEvent.click(button());
    expect(actions.insert).toHaveBeenCalledOnce();
  });
});
