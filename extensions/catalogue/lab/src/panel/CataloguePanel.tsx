import { useMemo, useState, type ComponentType, type ReactElement } from 'react';
import { named } from '../area';
import { isAsking, type Section } from '../state';
import { CataloguesSection } from './CataloguesSection';
import { Chips } from './Chips';
import { PanelContext, type PanelActions, type PanelIcons, type PanelState } from './context';
import { EmptyState } from './EmptyState';
import { FilterSection } from './FilterSection';
import type { MapAreaProps } from './map/MapArea';
import type { Drawing } from './mapProps';
import { MapSection } from './MapSection';
import { Header } from './Header';
import { OrdersSection } from './OrdersSection';
import { ResultList } from './ResultList';
import { SavedSection } from './SavedSection';
import { SearchForm } from './SearchForm';
import { SortBar } from './SortBar';
import { StatusRows } from './StatusRows';
import { Pending, TotalBar } from './TotalBar';

interface Props {
  readonly state: PanelState;
  readonly icons: PanelIcons;
  readonly actions: PanelActions;
  readonly map: ComponentType<MapAreaProps>;
}

/** The catalogue panel, drawn from its state and nothing else. */
export function CataloguePanel({ state, icons, actions, map }: Props): ReactElement {
  const panel = useMemo(() => ({ icons, actions, Map: map }), [icons, actions, map]);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const { search } = state;
  const isOpen = (section: Section) => search.view.open.includes(section);
  const isListed = search.rows.length > 0;
  const draw = (shape: Drawing | null) => {
    setDrawing(shape);
    if (shape !== null) {
      actions.search.announce('Draw on the map; escape stops');
    }
  };
  return (
    <PanelContext.Provider value={panel}>
      <Header search={search} orders={state.orders.orders} />
      <div className="eohub-Top">
        {isOpen('catalogues') && <CataloguesSection state={state} />}
        {isOpen('saved') && <SavedSection state={state} />}
        {isOpen('orders') && <OrdersSection state={state} />}
        {isListed && (
          <SearchForm search={search}>
            {isOpen('filters') && <FilterSection state={state} drawing={drawing} onDraw={draw} />}
          </SearchForm>
        )}
        {isListed && <Chips search={search} collections={state.collections} />}
        {isListed && (
          <MapSection
            search={search}
            tiles={state.tiles}
            drawing={drawing}
            onDraw={area => {
              setDrawing(null);
              actions.search.search({ ...search.form, area: named(area) });
            }}
            onDrawStop={() => setDrawing(null)}
          />
        )}
        {search.note !== null && <p className="eohub-Fault">{search.note}</p>}
        {(isListed || search.dataStore !== null) && <StatusRows search={search} />}
      </div>
      {search.found.length > 0 ? (
        <>
          <SortBar search={search} />
          <ResultList search={search} />
          <TotalBar search={search} />
        </>
      ) : (
        <div className="eohub-Results" aria-busy={isAsking(search)}>
          <EmptyState state={state} />
          <Pending search={search} />
        </div>
      )}
      <div className="eohub-Spoken" role="status" aria-live="polite">
        {search.announcement}
      </div>
    </PanelContext.Provider>
  );
}
