import type { ReactElement } from 'react';
import { sharedOf } from '../merge';
import { hasMore, isPaging, isPending, type SearchState } from '../state';
import { totalsOf } from '../totals';
import { usePanel } from './context';
import { plural, total } from './format';

/** How many items are shown of how many, and the way to more of them. */
export function TotalBar({ search }: { search: SearchState }): ReactElement {
  const { actions } = usePanel();
  const shared = sharedOf(search.found);
  return (
    <div className="eohub-More">
      <span>
        <Pending search={search} />
        {total(totalsOf(search))}
        {shared > 0 && (
          <span title="An item that several catalogues have is one row">
            , {plural(shared, 'item')} in several catalogues
          </span>
        )}
      </span>
      {(hasMore(search) || isPaging(search)) && (
        <button
          type="button"
          className="jp-mod-styled"
          aria-disabled={!hasMore(search)}
          onClick={() => actions.search.more()}
        >
          more
        </button>
      )}
    </div>
  );
}

/** Says that the form is ahead of the list. */
export function Pending({ search }: { search: SearchState }): ReactElement | null {
  return isPending(search) ? (
    <strong role="status" title="What is below the form is of the search before; press Search">
      not searched yet{' '}
    </strong>
  ) : null;
}
