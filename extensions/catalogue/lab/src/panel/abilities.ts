import { FILTER_NAMES } from '../describe';
import type { Abilities, CatalogueSource } from '../tokens';

const KINDS: Readonly<Record<CatalogueSource['kind'], string>> = {
  api: 'STAC API',
  static: 'static',
  folder: 'folder',
  earthdatahub: 'Earth Data Hub',
  destine: 'DestinE',
  frozen: 'frozen'
};

const NAMES: Readonly<Record<keyof Abilities, string>> = {
  ...FILTER_NAMES,
  collection_search: 'words in collections'
};

/** What kind a catalogue is, in a word or two. */
export function kindName(kind: CatalogueSource['kind']): string {
  return KINDS[kind];
}

/** What was found out about a catalogue: the filters that it cannot do itself; empty where it does all. */
export function doneHere(abilities: Abilities): string {
  const of = (who: string) =>
    (Object.keys(NAMES) as (keyof Abilities)[])
      .filter(each => abilities[each] === who)
      .map(each => NAMES[each]);
  const [here, none] = [of('here'), of('none')];
  const told = [
    here.length > 0 ? `Done here, after the fact: ${here.join(', ')}.` : '',
    none.length > 0 ? `Not possible: ${none.join(', ')}.` : ''
  ];
  return told.filter(Boolean).join(' ');
}
