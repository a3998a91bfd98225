import type { IStateDB } from '@jupyterlab/statedb';
import { fieldsOf } from './area';
import { formOf, textsOf } from './kept';
import type { LinkedSearch } from './link';
import { frameOf } from './panel/frame';
import type { MapView } from './panel/mapProps';
import type { CatalogueSearch } from './search';
import { SORTS } from './sort';
import type { PanelView, Section } from './state';

const KEY = '@eohub/catalogue:panel';
const MOST_PAGES = 20;
const SECTIONS: readonly Section[] = ['catalogues', 'saved', 'orders', 'filters'];

/**
 * Fill the form with the search that a link asks for or else with the last one, arrange the panel as it was, and
 * keep each later change for the next reload. `onKept` is called once, when the first of it is kept: from then on
 * the link is not needed any more.
 */
export async function restorePanel(
  search: CatalogueSearch,
  states: IStateDB | null,
  linked: LinkedSearch | null,
  onKept: () => void = () => undefined
): Promise<void> {
  const kept = fieldsOf(await states?.fetch(KEY).catch(() => undefined));
  search.arrange(viewOf(kept.view));
  if (linked !== null) {
    search.edit(linked.form);
    search.chooseOnly(linked.catalogues);
  } else {
    search.edit(formOf(kept.form));
    search.leaveOut(textsOf(kept.leftOut));
    const pages = Math.min(Number(kept.pages) || 1, MOST_PAGES);
    search.expect(pages, typeof kept.selected === 'string' ? kept.selected : null);
  }
  if (states !== null) {
    keep(search, states, onKept);
  }
}

function keep(search: CatalogueSearch, states: IStateDB, onKept: () => void): void {
  let isFirst = true;
  const saved = () => {
    if (isFirst) {
      isFirst = false;
      onKept();
    }
  };
  let last: readonly unknown[] = [];
  search.store.subscribe(() => {
    const { searched: form, selected, view, rows } = search.store.get();
    const { pagesAsked: pages, notChosen: leftOut } = search;
    const now = [form, selected, view, pages, leftOut];
    if (form !== null && rows.length > 0 && now.some((each, index) => each !== last[index])) {
      last = now;
      // What is kept is plain JSON, which the types of a state database cannot tell.
      const kept = JSON.parse(JSON.stringify({ form, selected, view, pages, leftOut }));
      // What cannot be kept costs the next reload its form, and the person nothing now.
      void states.save(KEY, kept).then(saved, () => undefined);
    }
  });
}

/** An arrangement of the panel from what was kept, whatever that is. */
export function viewOf(kept: unknown): Partial<PanelView> {
  const fields = fieldsOf(kept);
  const open = textsOf(fields.open);
  return {
    ...(Array.isArray(fields.open) && { open: SECTIONS.filter(each => open.includes(each)) }),
    map: mapOf(fields.map),
    frame: frameOf(fields.frame),
    sort: SORTS.find(each => each === fields.sort) ?? 'newest',
    scroll: Math.max(0, Number(fields.scroll) || 0)
  };
}

function mapOf(kept: unknown): MapView | null {
  const { center, zoom, bbox, follows } = fieldsOf(kept);
  const numbers = (value: unknown, count: number): value is number[] =>
    Array.isArray(value) && value.length === count && value.every(each => Number.isFinite(each));
  return numbers(center, 2) && numbers(bbox, 4) && Number.isFinite(zoom)
    ? {
        center: center as unknown as MapView['center'],
        zoom: Number(zoom),
        bbox: bbox as unknown as MapView['bbox'],
        follows: follows === true
      }
    : null;
}
