import type { ReactElement } from 'react';
import { titlesOf, type CollectionChoices } from '../collections';
import { chipOf, nameOf, noun } from '../describe';
import { CLOUD_COVER, EMPTY_FORM, filtersOf, type Filter, type SearchForm } from '../form';
import { chosenRows, hasAnswered, hasMore, type SearchState } from '../state';
import { usePanel } from './context';

type Titles = ReadonlyMap<string, string>;

interface Props {
  readonly search: SearchState;
  readonly collections: CollectionChoices;
}

/** Why nothing was found, as far as that is known, and the way to something. */
export function NothingFound({ search, collections }: Props): ReactElement {
  const { actions } = usePanel();
  const titles = titlesOf(collections);
  const form = search.searched ?? search.form;
  const filters = filtersOf(form);
  const missing = chosenRows(search).filter(row => !hasAnswered(row));
  const further = hasMore(search) && (
    <button type="button" className="jp-mod-styled" onClick={() => actions.search.more()}>
      Look further
    </button>
  );
  if (filters.length === 0 && further) {
    return <div className="eohub-Empty">Nothing found so far. {further}</div>;
  }
  if (filters.length === 0) {
    return <p className="eohub-Empty">The catalogues that answered hold no items yet.</p>;
  }
  const { explanation } = search;
  // What is known to help comes alone; the others would find nothing either.
  const offered = explanation?.decisive.length ? explanation.decisive : filters;
  const isAllNeeded = filters.length > 1 && explanation?.decisive.length === 0;
  return (
    <div className="eohub-Empty">
      <p>
        Nothing found {further && 'so far '}
        {filters.map(each => phrase(each, form, titles)).join(', ')}.
        {sentence(search, filters, form)}
      </p>
      {further}
      {form.words.trim().includes(' ') && <p>Every word has to occur, so fewer find more.</p>}
      {offered.includes(`property:${CLOUD_COVER}`) && (
        <p>Items that tell no cloud cover, such as radar, are left out by any limit.</p>
      )}
      {missing.length > 0 && (
        <p>
          {missing.map(row => row.source.title).join(' and ')} did not answer and may have items.
        </p>
      )}
      <Named search={search} form={form} />
      {offered.map(filter => (
        <button
          key={filter}
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.search.searchWithout(filter)}
        >
          Search without {nameOf(filter, form)}
        </button>
      ))}
      {isAllNeeded && (
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.search.search(EMPTY_FORM)}
        >
          Search without any filter
        </button>
      )}
    </div>
  );
}

function sentence(search: SearchState, filters: readonly Filter[], form: SearchForm): string {
  const { explanation } = search;
  if (filters.length < 2) {
    return '';
  }
  if (explanation === null) {
    return ' Looking for the filter that it is because of.';
  }
  const { decisive, unknown } = explanation;
  const [only] = decisive;
  const names = decisive.map(each => noun(each, form));
  const doubt = unknown.length > 0 ? ' Not every catalogue could tell for certain.' : '';
  if (only === undefined) {
    return ` Leaving out only one of them finds nothing either.${doubt}`;
  }
  return names.length === 1
    ? ` There are items without ${names[0]}.`
    : ` There are items without ${names.slice(0, -1).join(', ')} or without ${names.at(-1)}.`;
}

/** Where words find no item, the collections that are called so. */
function Named({ search, form }: { search: SearchState; form: SearchForm }): ReactElement | null {
  const { actions } = usePanel();
  return search.named.length === 0 ? null : (
    <>
      <p>Words are looked for in items. There are collections that are called so:</p>
      {search.named.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.search.search({ ...form, words: '', collections: [id] })}
        >
          Search in {title}
        </button>
      ))}
    </>
  );
}

function phrase(filter: Filter, form: SearchForm, titles: Titles): string {
  switch (filter) {
    case 'words':
      return `for ${nameOf(filter, form)}`;
    case 'time':
      return `dated ${chipOf(filter, form, titles)}`;
    case 'collections':
    case 'area':
      return `in ${chipOf(filter, form, titles)}`;
    case 'cql2':
      return `where ${chipOf(filter, form, titles)}`;
    default:
      return `with ${chipOf(filter, form, titles)}`;
  }
}
