import { useEffect, useState, type FormEvent, type ReactElement } from 'react';
import { named } from '../area';
import { titlesOf } from '../collections';
import { chipOf } from '../describe';
import { filtersOf } from '../form';
import { formOf } from '../kept';
import { LINK_COPIED } from '../link';
import type { SavedPlace, SavedSearch } from '../tokens';
import { usePanel, type PanelState } from './context';
import { FreezeForm } from './FreezeForm';
import { IconButton } from './Header';

/** Searches and places that a person keeps, and what else can be made of the present search. */
export function SavedSection({ state }: { state: PanelState }): ReactElement {
  const { icons, actions } = usePanel();
  const { saved } = state;
  useEffect(() => {
    void actions.saved.load();
    void actions.freezing.load();
  }, [actions]);
  return (
    <section className="eohub-Section" aria-label="Saved">
      <SaveForm searches={saved.searches} />
      <div className="eohub-Line">
        <button type="button" className="eohub-Link" onClick={() => actions.copyLink()}>
          <icons.link />{' '}
          <span>{state.search.announcement === LINK_COPIED ? 'Link copied' : 'Copy link'}</span>
        </button>
        <button type="button" className="eohub-Link" onClick={() => actions.insertSearchCode()}>
          <icons.code /> <span>Insert as code</span>
        </button>
      </div>
      <ul className="eohub-Entries" aria-label="Saved searches">
        {saved.searches.map(each => (
          <SearchEntry key={each.name} saved={each} titles={titlesOf(state.collections)} />
        ))}
      </ul>
      {saved.searches.length === 0 && <p className="eohub-Hint">No search is saved yet.</p>}
      {saved.places.length > 0 && (
        <ul className="eohub-Entries" aria-label="Saved places">
          {saved.places.map(each => (
            <PlaceEntry key={each.name} place={each} state={state} />
          ))}
        </ul>
      )}
      {saved.forgotten && (
        <p className="eohub-Undo" role="status">
          {saved.forgotten.name} is deleted.{' '}
          <button type="button" className="eohub-Link" onClick={() => void actions.saved.restore()}>
            Undo
          </button>
        </p>
      )}
      {saved.note && <p className="eohub-Hint">{saved.note}</p>}
      {saved.problem && (
        <p className="eohub-Fault" role="alert">
          {saved.problem.detail} {saved.problem.hint}
        </p>
      )}
      <FreezeForm state={state} />
    </section>
  );
}

function SaveForm({ searches }: { searches: readonly SavedSearch[] }): ReactElement {
  const { actions } = usePanel();
  const [name, setName] = useState('');
  const isKnown = searches.some(each => each.name === name.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && (await actions.saved.keepSearch(name))) {
      setName('');
    }
  };
  return (
    <form className="eohub-Field" onSubmit={event => void submit(event)}>
      <span className="eohub-Label">Save the search below</span>
      <div className="eohub-Line">
        <input
          type="text"
          className="jp-mod-styled"
          aria-label="Name of this search"
          placeholder="under this name"
          pattern="[^\/]+"
          title="Anything but a slash"
          maxLength={100}
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <button type="submit" className="jp-mod-styled" disabled={name.trim() === ''}>
          {isKnown ? 'Replace' : 'Save'}
        </button>
      </div>
    </form>
  );
}

interface SearchEntryProps {
  readonly saved: SavedSearch;
  /** Of the collections that are known, by id. */
  readonly titles: ReadonlyMap<string, string>;
}

function SearchEntry({ saved, titles }: SearchEntryProps): ReactElement {
  const { icons, actions } = usePanel();
  const form = formOf(saved.criteria);
  const told = filtersOf(form).map(each => chipOf(each, form, titles));
  return (
    <li className="eohub-Line">
      <button
        type="button"
        className="eohub-Link eohub-Cut eohub-Name"
        title={`${saved.name}: ${told.join(' · ') || 'everything'}`}
        onClick={() => actions.saved.open(saved)}
      >
        {saved.name}
      </button>
      <span className="eohub-Hint eohub-Cut eohub-Wide">{told.join(' · ') || 'everything'}</span>
      <IconButton
        label={`Delete the search ${saved.name}`}
        onClick={() => void actions.saved.forgetSearch(saved)}
      >
        <icons.close />
      </IconButton>
    </li>
  );
}

function PlaceEntry({ place, state }: { place: SavedPlace; state: PanelState }): ReactElement {
  const { icons, actions } = usePanel();
  const { form } = state.search;
  return (
    <li className="eohub-Line">
      <button
        type="button"
        className="eohub-Link eohub-Wide eohub-Cut"
        title={`Search in ${place.name}`}
        onClick={() => actions.search.search({ ...form, area: named(place.area, place.name) })}
      >
        {place.name}
      </button>
      <span className="eohub-Hint">place</span>
      <IconButton
        label={`Delete the place ${place.name}`}
        onClick={() => void actions.saved.forgetPlace(place)}
      >
        <icons.close />
      </IconButton>
    </li>
  );
}
