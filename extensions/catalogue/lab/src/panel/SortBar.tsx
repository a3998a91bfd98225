import type { ReactElement } from 'react';
import { isSortedInPart, SORTS } from '../sort';
import type { SearchState } from '../state';
import type { Sort } from '../tokens';
import { usePanel } from './context';

const NAMES: Readonly<Record<Sort, string>> = {
  newest: 'newest first',
  oldest: 'oldest first',
  clearest: 'least cloud first',
  id: 'by id'
};

/** The order of the list, and whether it is one of all that there is. */
export function SortBar({ search }: { search: SearchState }): ReactElement {
  const { actions } = usePanel();
  const { sort } = search.view;
  return (
    <div className="eohub-SortBar">
      <select
        aria-label="Order of the list"
        title="Order of the list; what an item does not tell comes last"
        value={sort}
        onChange={event => actions.search.sort(SORTS[event.target.selectedIndex] ?? sort)}
      >
        {SORTS.map(each => (
          <option key={each} value={each}>
            {NAMES[each]}
          </option>
        ))}
      </select>
      {isSortedInPart(search) && (
        <span title="What the catalogues have not given yet may belong between these; more brings it there">
          of what is loaded
        </span>
      )}
    </div>
  );
}
