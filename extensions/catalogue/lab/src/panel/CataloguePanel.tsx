import type { ReactElement } from 'react';
import type { Filter } from '../filters';
import { isAsking, type SearchForm as Form, type SearchState } from '../state';
import type { ItemSummary } from '../tokens';
import { EmptyState } from './EmptyState';
import { IconContext, type PanelIcons } from './icons';
import { ResultList } from './ResultList';
import { SearchForm } from './SearchForm';
import { StatusRows } from './StatusRows';

/** What a person can do in the panel. */
export interface PanelActions {
  readonly edit: (form: Form) => void;
  readonly search: (form: Form) => void;
  readonly searchWithout: (filter: Filter) => void;
  readonly cancel: () => void;
  readonly more: () => void;
  readonly retry: (catalogue: string) => void;
  readonly retryDataStore: () => void;
  readonly reload: () => void;
  readonly select: (key: string) => void;
  readonly insert: (item: ItemSummary, key: string) => void;
}

interface Props {
  readonly state: SearchState;
  readonly icons: PanelIcons;
  readonly actions: PanelActions;
}

/** The catalogue panel, drawn from its state and nothing else. */
export function CataloguePanel({ state, icons, actions }: Props): ReactElement {
  const searchable = state.rows.length > 0;
  return (
    <IconContext.Provider value={icons}>
      <header className="eohub-Header">
        <h2>Catalogue</h2>
        <button
          type="button"
          className="eohub-IconButton"
          title="List the catalogues and search again"
          aria-label="List the catalogues and search again"
          onClick={actions.reload}
        >
          <icons.refresh />
        </button>
      </header>
      {searchable && (
        <SearchForm
          form={state.form}
          asking={isAsking(state)}
          onEdit={actions.edit}
          onSearch={actions.search}
          onCancel={actions.cancel}
        />
      )}
      {(searchable || state.dataStore !== null) && (
        <StatusRows
          rows={state.rows}
          dataStore={state.dataStore}
          onRetry={actions.retry}
          onRetryDataStore={actions.retryDataStore}
        />
      )}
      <div className="eohub-Results">
        {state.items.length > 0 ? (
          <ResultList
            state={state}
            onSelect={actions.select}
            onInsert={actions.insert}
            onMore={actions.more}
          />
        ) : (
          <EmptyState state={state} onReload={actions.reload} onWithout={actions.searchWithout} />
        )}
      </div>
      <div className="eohub-Spoken" role="status" aria-live="polite">
        {state.announcement}
      </div>
    </IconContext.Provider>
  );
}
