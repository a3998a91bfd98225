import { CLOUD_COVER, conditionsOn, type Filter, type SearchForm } from './form';
import { momentOf } from './moments';
import type { FilterName, PropertyFilter, Queryable } from './tokens';

const NAMES = {
  words: 'the words',
  collections: 'the collections',
  time: 'the dates',
  area: 'the area',
  cql2: 'the CQL2 text'
} as const;
const OPERATORS = {
  '=': '=',
  '<>': 'not',
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
  in: 'one of',
  like: 'like'
} as const;

/** A filter as part of a sentence, such as "without the dates". */
export function nameOf(filter: Filter, form: SearchForm): string {
  if (filter === 'words') {
    return `“${form.words.trim()}”`;
  }
  if (filter.startsWith('property:')) {
    return `the limit on ${propertyName(filter.slice('property:'.length))}`;
  }
  return NAMES[filter as keyof typeof NAMES];
}

/** A filter by its kind, such as "the words". */
export function noun(filter: Filter, form: SearchForm): string {
  return filter === 'words' ? NAMES.words : nameOf(filter, form);
}

/** What a filter says, as short as a chip needs it. */
export function chipOf(
  filter: Filter,
  form: SearchForm,
  titles: ReadonlyMap<string, string>
): string {
  switch (filter) {
    case 'words':
      return `“${form.words.trim()}”`;
    case 'collections':
      return form.collections.map(each => titles.get(each) ?? each).join(', ');
    case 'time':
      return period(form);
    case 'area':
      return form.area?.label ?? '';
    case 'cql2':
      return form.cql2.trim();
    default: {
      const name = filter.slice('property:'.length);
      return conditions(name, conditionsOn(form, name));
    }
  }
}

/** A property as a person reads it: "eo:cloud_cover" is "cloud cover". */
export function propertyName(name: string, queryable?: Queryable): string {
  if (queryable && queryable.title !== name) {
    return queryable.title;
  }
  return name === CLOUD_COVER ? 'cloud cover' : name;
}

/** Only what can be read, as only that is searched. */
function period({ from: first, to: last }: SearchForm): string {
  const from = momentOf(first, 'start') === null ? '' : first.trim();
  const to = momentOf(last, 'end') === null ? '' : last.trim();
  if (from === '' || to === '') {
    return from === '' ? `until ${to}` : `since ${from}`;
  }
  return from === to ? from : `${from} to ${to}`;
}

function conditions(name: string, all: readonly PropertyFilter[]): string {
  const unit = name === CLOUD_COVER ? ' %' : '';
  const told = all.map(({ op, value }) => {
    const text = Array.isArray(value) ? value.join(', ') : wording(value);
    // As it is typed.
    const values = op === 'like' ? text.replaceAll('%', '*') : text;
    return `${OPERATORS[op]} ${values}${unit}`;
  });
  return `${propertyName(name)} ${told.join(' and ')}`;
}

function wording(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

/** Each filter as a word within a sentence. */
export const FILTER_NAMES: Readonly<Record<FilterName, string>> = {
  words: 'words',
  collections: 'collections',
  time: 'dates',
  area: 'area',
  properties: 'properties',
  cql2: 'CQL2',
  ids: 'ids'
};

/** Filters as part of a sentence, such as "words, dates and area". */
export function filterNames(filters: readonly FilterName[]): string {
  const names = filters.map(each => FILTER_NAMES[each]);
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
