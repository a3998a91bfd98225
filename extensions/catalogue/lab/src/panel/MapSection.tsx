import { useEffect, useMemo, useRef, type ReactElement } from 'react';
import type { Found } from '../merge';
import type { SearchState } from '../state';
import type { Area } from '../tokens';
import { usePanel } from './context';
import type { Tiles } from './map/types';
import type { Drawing, Footprint } from './mapProps';

interface Props {
  readonly search: SearchState;
  readonly tiles: Tiles | null;
  readonly drawing: Drawing | null;
  readonly onDraw: (area: Area) => void;
  readonly onDrawStop: () => void;
}

/** The map with the footprints of the rows. */
export function MapSection({ search, tiles, drawing, onDraw, onDrawStop }: Props): ReactElement {
  const { Map, actions } = usePanel();
  const footprints = useMemo(() => footprintsOf(search.found), [search.found]);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (drawing !== null) {
      element.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [drawing]);
  return (
    <div ref={element}>
      <Map
        footprints={footprints}
        area={search.form.area?.area ?? null}
        highlighted={search.highlighted}
        selected={search.selected}
        drawing={drawing}
        view={search.view.map}
        frame={search.view.frame}
        tiles={tiles}
        onDraw={onDraw}
        onDrawStop={onDrawStop}
        onView={map => actions.search.arrange({ map })}
        onFrame={frame => actions.search.arrange({ frame })}
        onHighlight={key => actions.search.highlight(key)}
        onSelect={key => actions.search.select(key)}
      />
    </div>
  );
}

function footprintsOf(found: readonly Found[]): readonly Footprint[] {
  return found.flatMap(({ key, item }) =>
    item.footprint === null ? [] : [{ key, title: item.title, geometry: item.footprint }]
  );
}
