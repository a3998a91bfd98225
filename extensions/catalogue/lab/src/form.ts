import { momentFault, momentOf } from './moments';
import type { Area, Criteria, PropertyFilter } from './tokens';

/** A part of the form that narrows a search; a property's name stands behind the colon. */
export type Filter = 'words' | 'collections' | 'time' | 'area' | 'cql2' | `property:${string}`;

/** Where to search, and what a person calls it. */
export interface FormArea {
  readonly area: Area;
  readonly label: string;
}

/** What a person entered. Times are text: a year, a month, a day or a UTC time; empty for any. */
export interface SearchForm {
  readonly words: string;
  readonly collections: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly area: FormArea | null;
  readonly properties: readonly PropertyFilter[];
  readonly cql2: string;
}

export const EMPTY_FORM: SearchForm = {
  words: '',
  collections: [],
  from: '',
  to: '',
  area: null,
  properties: [],
  cql2: ''
};

export const CLOUD_COVER = 'eo:cloud_cover';

/** The form as the server takes it; times that cannot be read are left out. */
export function criteriaOf(form: SearchForm): Criteria {
  return {
    words: form.words.trim(),
    collections: [...form.collections],
    ids: [],
    start: momentOf(form.from, 'start'),
    end: momentOf(form.to, 'end'),
    area: form.area?.area ?? null,
    properties: [...form.properties],
    cql2: form.cql2.trim()
  };
}

/** Whether two forms search for the same. */
export function isSame(one: SearchForm, other: SearchForm): boolean {
  const asked = (form: SearchForm) => JSON.stringify([criteriaOf(form), timeFault(form)]);
  return one === other || asked(one) === asked(other);
}

/** What is wrong with the times, or null. */
export function timeFault(form: SearchForm): string | null {
  const { from, to } = timeFaults(form);
  return from ?? to;
}

/** What is wrong with each of the times, or null. */
export function timeFaults(form: SearchForm): Readonly<Record<'from' | 'to', string | null>> {
  const [from, to] = [momentFault(form.from), momentFault(form.to)];
  const { start, end } = criteriaOf(form);
  const isSwapped = from === null && to === null && start && end && start > until(end);
  const swapped = isSwapped ? 'The first day is after the last day.' : null;
  return { from: from ?? swapped, to: to ?? swapped };
}

/** A day as an end lasts until its midnight. */
function until(end: string): string {
  return end.length === 10 ? `${end}T24` : end;
}

/** The filters that a form has, in the order of the form. */
export function filtersOf(form: SearchForm): readonly Filter[] {
  const criteria = criteriaOf(form);
  const filters: Filter[] = [];
  const note = (has: boolean, filter: Filter) => has && filters.push(filter);
  note(criteria.words !== '', 'words');
  note(criteria.collections.length > 0, 'collections');
  note(criteria.start !== null || criteria.end !== null, 'time');
  note(criteria.area !== null, 'area');
  for (const name of new Set(criteria.properties.map(each => each.property))) {
    filters.push(`property:${name}`);
  }
  note(criteria.cql2 !== '', 'cql2');
  return filters;
}

/** The form without one of its filters. */
export function without(form: SearchForm, filter: Filter): SearchForm {
  switch (filter) {
    case 'words':
    case 'collections':
    case 'area':
    case 'cql2':
      return { ...form, [filter]: EMPTY_FORM[filter] };
    case 'time':
      return { ...form, from: '', to: '' };
    default:
      return withProperty(form, filter.slice('property:'.length), []);
  }
}

/** The form with other conditions on one property, in the place of its old ones. */
export function withProperty(
  form: SearchForm,
  name: string,
  conditions: readonly PropertyFilter[]
): SearchForm {
  const at = form.properties.findIndex(each => each.property === name);
  const others = form.properties.filter(each => each.property !== name);
  const before = at === -1 ? others.length : at;
  return {
    ...form,
    properties: [...others.slice(0, before), ...conditions, ...others.slice(before)]
  };
}

/** The conditions on one property. */
export function conditionsOn(form: SearchForm, name: string): readonly PropertyFilter[] {
  return form.properties.filter(each => each.property === name);
}

/** Whether nothing is entered. */
export function isEmpty(form: SearchForm): boolean {
  return filtersOf(form).length === 0 && form.from === '' && form.to === '';
}
