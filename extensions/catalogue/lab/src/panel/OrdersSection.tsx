import { useEffect, type ReactElement } from 'react';
import { isUnderWay } from '../orders';
import type { Order } from '../tokens';
import { usePanel, type PanelState } from './context';
import { bytes, clock, moment } from './format';
import { TwinSection } from './TwinSection';

const STATES: Readonly<Record<Order['state'], string>> = {
  placing: 'being sent',
  ordered: 'ordered',
  shipping: 'shipping',
  succeeded: 'delivered',
  failed: 'failed',
  'cancelled-watching': 'not watched',
  unknown: 'unknown'
};

/** What was ordered, how far it is, and what can be done with it. */
export function OrdersSection({ state }: { state: PanelState }): ReactElement {
  const { actions } = usePanel();
  const { orders, note, problem } = state.orders;
  useEffect(() => {
    void actions.orders.load();
  }, [actions]);
  return (
    <section className="eohub-Section" aria-label="Orders">
      {orders.length === 0 && (
        <p className="eohub-Hint">
          Nothing is ordered yet. Rows of data that is made or fetched on request have an Order
          button.
        </p>
      )}
      <ul className="eohub-Entries" aria-label="Orders">
        {orders.map(each => (
          <Entry key={each.id} order={each} />
        ))}
      </ul>
      {note && <p className="eohub-Hint">{note}</p>}
      {problem && (
        <p className="eohub-Fault" role="alert">
          {problem.detail} {problem.hint}
        </p>
      )}
      <TwinSection state={state} />
    </section>
  );
}

function Entry({ order }: { order: Order }): ReactElement {
  const { title, state, since, next_ask, problem, hint, size_bytes } = order;
  const isBad = state === 'failed' || state === 'unknown';
  const told = [
    `since ${moment(since)}`,
    next_ask && isUnderWay(order) ? `next ask ${clock(next_ask)}` : null,
    size_bytes === null ? null : bytes(size_bytes)
  ];
  return (
    <li className="eohub-Entry">
      <div className="eohub-Line">
        <span className="eohub-Wide eohub-Cut" title={title}>
          {title}
        </span>
        <span className="eohub-Hint" role="status">
          {STATES[state]}
        </span>
      </div>
      {isUnderWay(order) && <progress aria-label={`Order of ${title}`} />}
      <p className="eohub-Hint">{told.filter(Boolean).join(' · ')}</p>
      {problem && <p className={isBad ? 'eohub-Fault' : 'eohub-Hint'}>{problem}</p>}
      {hint && <p className="eohub-Hint">{hint}</p>}
      <Buttons order={order} />
    </li>
  );
}

function Buttons({ order }: { order: Order }): ReactElement {
  const { actions } = usePanel();
  const { id, title, state, delivered, address, next_ask } = order;
  const isAsked = state === 'ordered' || state === 'shipping';
  const isSent = state === 'placing' && next_ask === null;
  const button = (label: string, onClick: () => void) => (
    <button
      type="button"
      className="eohub-Link"
      aria-label={`${label}: ${title}`}
      onClick={onClick}
    >
      {label}
    </button>
  );
  return (
    <div className="eohub-Line">
      {delivered && button('Open', () => actions.openKey(delivered))}
      {address && button('Copy address', () => actions.copy(address))}
      {isAsked && button('Ask now', () => void actions.orders.watch(id))}
      {isAsked && button('Stop watching', () => void actions.orders.stopWatching(id))}
      {state === 'cancelled-watching' && button('Watch again', () => void actions.orders.watch(id))}
      {(state === 'failed' || state === 'unknown') &&
        button('Order again', () => void actions.orders.retry(order))}
      {!isAsked && !isSent && button('Forget', () => void actions.orders.forget(id))}
    </div>
  );
}
