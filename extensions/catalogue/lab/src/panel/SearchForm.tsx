import {
  useEffect,
  useRef,
  type FormEvent,
  type ReactElement,
  type ReactNode,
  type RefObject
} from 'react';
import { filtersOf, isEmpty, timeFault } from '../form';
import { isAsking, isPending, type SearchState } from '../state';
import { usePanel } from './context';
import { Fold } from './Header';
import { TimeFault } from './TimeFields';

interface Props {
  readonly search: SearchState;
  /** The filters, where they are open. */
  readonly children: ReactNode;
}

/** Words, the way to the filters, and the button that searches or stops. */
export function SearchForm({ search, children }: Props): ReactElement {
  const { actions } = usePanel();
  const { form } = search;
  const words = useFocusOfPanel();
  const filters = filtersOf(form).filter(each => each !== 'words').length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    actions.search.search(form);
  };
  return (
    <form className="eohub-SearchForm" role="search" onSubmit={submit}>
      <div className="eohub-Line">
        <input
          ref={words}
          type="search"
          className="jp-mod-styled"
          aria-label="Search words"
          placeholder="Search words"
          maxLength={500}
          value={form.words}
          onChange={event => actions.search.edit({ ...form, words: event.target.value })}
        />
        <Fold
          search={search}
          section="filters"
          label={filters > 0 ? `Filters (${filters})` : 'Filters'}
        />
      </div>
      {children}
      <TimeFault form={form} />
      <Buttons search={search} />
    </form>
  );
}

/** A panel that was asked for before its form was there holds the focus until the field takes it. */
function useFocusOfPanel(): RefObject<HTMLInputElement> {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement === field.current?.closest('[role=region]')) {
      field.current?.focus();
    }
  }, []);
  return field;
}

function Buttons({ search }: { search: SearchState }): ReactElement {
  const { icons, actions } = usePanel();
  const { form, cleared } = search;
  const isBlank = isEmpty(form);
  return (
    <div className="eohub-Line">
      <button
        type="submit"
        // Filled while there is something that it would change.
        className={`jp-mod-styled eohub-Wide${isPending(search) ? ' jp-mod-accept' : ''}`}
        disabled={timeFault(form) !== null}
      >
        Search
      </button>
      {isAsking(search) ? (
        <button type="button" className="jp-mod-styled" onClick={() => actions.search.cancel()}>
          <icons.stop /> Stop
        </button>
      ) : isBlank && cleared !== null ? (
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.search.restoreCleared()}
        >
          Undo clear
        </button>
      ) : (
        <button
          type="button"
          className="jp-mod-styled"
          disabled={isBlank}
          onClick={() => actions.search.clear()}
        >
          Clear
        </button>
      )}
    </div>
  );
}
