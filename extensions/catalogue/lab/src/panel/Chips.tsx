import type { ReactElement } from 'react';
import { titlesOf, type CollectionChoices } from '../collections';
import { chipOf, nameOf } from '../describe';
import { filtersOf } from '../form';
import type { SearchState } from '../state';
import { usePanel } from './context';

interface Props {
  readonly search: SearchState;
  readonly collections: CollectionChoices;
}

/** The filters that are set, each with a button that takes it away. */
export function Chips({ search, collections }: Props): ReactElement | null {
  const { icons, actions } = usePanel();
  const { form, searched } = search;
  const filters = filtersOf(form);
  if (filters.length === 0) {
    return null;
  }
  const titles = titlesOf(collections);
  return (
    <ul className="eohub-Chips" aria-label="Filters that are set">
      {filters.map(filter => (
        <li
          key={filter}
          className="eohub-Chip"
          data-pending={
            searched !== null && chipOf(filter, searched, titles) !== chipOf(filter, form, titles)
          }
        >
          <span title={chipOf(filter, form, titles)}>{chipOf(filter, form, titles)}</span>
          <button
            type="button"
            className="eohub-IconButton"
            title={`Search without ${nameOf(filter, form)}`}
            aria-label={`Remove ${nameOf(filter, form)}`}
            onClick={() => actions.search.searchWithout(filter)}
          >
            <icons.close />
          </button>
        </li>
      ))}
    </ul>
  );
}
