import type { ReactElement } from 'react';
import type { ItemPageProps } from './ItemPage';

/** Why there is nothing to see, or nothing new, and the next step. */
export function Trouble(
  props: Pick<ItemPageProps, 'state' | 'itemKey' | 'actions'>
): ReactElement | null {
  const { loading, problem, detail } = props.state;
  if (loading) {
    return (
      <p className="eohub-ItemTrouble" role="status">
        {detail ? 'Asking for it again' : `Loading ${props.itemKey.item}`}
      </p>
    );
  }
  if (problem === null) {
    return null;
  }
  const isGone = problem.code === 'item_not_found' || problem.code === 'unknown_catalogue';
  return (
    <div className="eohub-ItemTrouble" role="alert">
      {!detail && <h1>{props.itemKey.item}</h1>}
      <p>
        {isGone && detail && 'It is gone; this is what was known of it. '}
        {problem.detail}
      </p>
      {problem.hint && <p>{problem.hint}</p>}
      <button type="button" className="jp-mod-styled" onClick={props.actions.retry}>
        Try again
      </button>
    </div>
  );
}
