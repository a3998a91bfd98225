import type { IStateDB } from '@jupyterlab/statedb';
import type { CatalogueSearch } from './search';
import { EMPTY_FORM, type SearchForm } from './state';

const KEY = '@eohub/catalogue:form';

/** Fill the form with the last search, and keep each later one for the next reload. */
export async function restoreForm(search: CatalogueSearch, states: IStateDB | null): Promise<void> {
  if (states === null) {
    return;
  }
  const kept = await states.fetch(KEY).catch(() => undefined);
  search.edit(formOf(kept));
  let last: SearchForm | null = null;
  search.store.subscribe(() => {
    const { searched } = search.store.get();
    if (searched !== null && searched !== last) {
      last = searched;
      void states.save(KEY, { ...searched });
    }
  });
}

/** A form from what was kept, whatever that is. */
export function formOf(kept: unknown): SearchForm {
  const fields = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 500) : '');
  return { ...EMPTY_FORM, words: text(fields.words), from: day(fields.from), to: day(fields.to) };
}

function day(value: unknown): string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : '';
}
