import { EMPTY_FORM, type SearchForm } from './state';

/** A part of the form that narrows a search. */
export type Filter = 'words' | 'dates';

/** The filters that a form has. */
export function filtersOf(form: SearchForm): readonly Filter[] {
  const has = { words: form.words.trim() !== '', dates: form.from !== '' || form.to !== '' };
  return (['words', 'dates'] as const).filter(each => has[each]);
}

/** The form without one of its filters. */
export function without(form: SearchForm, filter: Filter): SearchForm {
  return filter === 'words'
    ? { ...form, words: EMPTY_FORM.words }
    : { ...form, from: EMPTY_FORM.from, to: EMPTY_FORM.to };
}
