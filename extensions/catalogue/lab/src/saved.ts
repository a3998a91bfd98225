import { problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { criteriaOf, type FormArea } from './form';
import { formOf } from './kept';
import type { CatalogueSearch } from './search';
import { chosenRows } from './state';
import type { ICatalogueClient, Saved, SavedPlace, SavedSearch } from './tokens';

/** What a person keeps, and the last of it that they forgot. */
export interface SavedState extends Saved {
  readonly problem: Problem | null;
  readonly forgotten: SavedSearch | SavedPlace | null;
}

export const NOTHING_SAVED: SavedState = {
  searches: [],
  places: [],
  note: null,
  problem: null,
  forgotten: null
};

/** Searches and places that a person keeps under names. */
export class SavedThings {
  readonly store = new Store<SavedState>(NOTHING_SAVED);
  private asked = 0;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch
  ) {}

  /** List what is kept. */
  async load(): Promise<void> {
    await this.attempt(() => this.client.saved());
  }

  /** Keep what the form says under a name; a search of the same name is replaced. */
  async keepSearch(name: string): Promise<boolean> {
    const state = this.search.store.get();
    const chosen = chosenRows(state);
    const catalogues = chosen.length === state.rows.length ? [] : chosen.map(row => row.source.id);
    const kept = { name: name.trim(), criteria: criteriaOf(state.form), catalogues };
    return this.attempt(() => this.client.keepSearch(kept), `${kept.name} is saved`);
  }

  /** Search again what is kept. */
  open(saved: SavedSearch): void {
    this.search.chooseOnly(saved.catalogues);
    this.search.search(formOf(saved.criteria, this.store.get().places));
  }

  /** Forget a search; `restore` brings it back. */
  async forgetSearch(saved: SavedSearch): Promise<void> {
    const said = `${saved.name} is deleted`;
    if (await this.attempt(() => this.client.forgetSearch(saved.name), said)) {
      this.store.patch({ forgotten: saved });
    }
  }

  /** Keep an area under a name. */
  async keepPlace(name: string, { area }: FormArea): Promise<boolean> {
    const place = { name: name.trim(), area };
    const said = `${place.name} is saved`;
    if (!(await this.attempt(() => this.client.keepPlace(place), said))) {
      return false;
    }
    const { form } = this.search.store.get();
    this.search.edit({ ...form, area: { area, label: place.name } });
    return true;
  }

  /** Forget a place; `restore` brings it back. */
  async forgetPlace(place: SavedPlace): Promise<void> {
    const said = `${place.name} is deleted`;
    if (await this.attempt(() => this.client.forgetPlace(place.name), said)) {
      this.store.patch({ forgotten: place });
    }
  }

  /** Bring back what was forgotten last. */
  async restore(): Promise<void> {
    const { forgotten } = this.store.get();
    if (forgotten === null) {
      return;
    }
    const isBack = await this.attempt(
      () =>
        'criteria' in forgotten
          ? this.client.keepSearch(forgotten)
          : this.client.keepPlace(forgotten),
      `${forgotten.name} is back`
    );
    if (isBack) {
      this.store.patch({ forgotten: null });
    }
  }

  private async attempt(action: () => Promise<Saved>, said = ''): Promise<boolean> {
    this.asked += 1;
    const { asked } = this;
    try {
      const kept = await action();
      // An answer to an older question may come later, and knows nothing of what was kept meanwhile.
      if (asked === this.asked) {
        this.store.patch({ ...kept, problem: null });
      }
      if (said !== '') {
        this.search.announce(said);
      }
      return true;
    } catch (error) {
      this.store.patch({ problem: problemOf(error) });
      return false;
    }
  }
}
