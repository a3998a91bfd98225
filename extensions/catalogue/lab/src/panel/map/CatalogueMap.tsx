import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import type { Area } from '../../tokens';
import type { Drawing, MapProps, MapView } from '../mapProps';
import { openMap } from './engine';
import { MapIcon } from './icons';
import { paletteOf } from './palette';
import type { MapHandle, OpenMap, Tiles } from './types';

interface Props extends MapProps {
  /** Tiles in place of the bundled land, where the site has some. */
  readonly tiles?: Tiles | null;
  /** Another map behind it, in tests. */
  readonly open?: OpenMap;
}

/** Where the items are: the map, its buttons, and in words what it shows. */
export default function CatalogueMap(props: Props): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [inSight, setInSight] = useState(0);
  const [fault, setFault] = useState<string | null>(null);
  const map = useMap(host, props, setInSight, setFault);
  useUpdates(map, props);
  const { footprints, selected, drawing, tiles = null } = props;
  const canShow = footprints.some(each => each.key === selected);
  const marked = footprints.find(each => each.key === props.highlighted);
  return (
    <div className="eohub-Map">
      <div
        ref={host}
        className="eohub-Map-canvas"
        tabIndex={0}
        role="application"
        aria-roledescription="map"
        aria-label={spoken(footprints.length, inSight)}
      />
      {drawing && <span className="eohub-Map-cross" aria-hidden="true" />}
      <div className="eohub-Map-buttons" role="group" aria-label="Map view">
        <MapButton name="plus" label="Zoom in" onClick={() => map?.zoomBy(1)} />
        <MapButton name="minus" label="Zoom out" onClick={() => map?.zoomBy(-1)} />
        <MapButton
          name="all"
          label="Zoom to all footprints"
          disabled={footprints.length === 0}
          onClick={() => map?.showAll()}
        />
        {footprints.length > 1 && (
          <MapButton
            name="one"
            label="Zoom to the selected footprint"
            disabled={!canShow}
            onClick={() => selected !== null && map?.show(selected)}
          />
        )}
      </div>
      {drawing ? (
        <div className="eohub-Map-words" role="status">
          {fault ?? HOW_TO_DRAW[drawing]}
        </div>
      ) : (
        <div className="eohub-Map-words eohub-mod-line">
          {marked?.title ?? seen(footprints.length, inSight)}
        </div>
      )}
      {tiles && <div className="eohub-Map-attribution">{tiles.attribution}</div>}
    </div>
  );
}

const HOW_TO_DRAW: Record<Drawing, string> = {
  box: 'Drag, or click two corners. By keyboard: arrows move the cross, Space sets a corner, Escape ends.',
  polygon:
    'Click corners, the last one twice. By keyboard: arrows move the cross, Space sets a corner, Enter closes, Escape ends.'
};

function seen(all: number, inSight: number): string {
  if (all === 0) {
    return 'No footprints';
  }
  return inSight === all ? `${count(all)}` : `${inSight} of ${count(all)} in sight`;
}

function count(footprints: number): string {
  return `${footprints} footprint${footprints === 1 ? '' : 's'}`;
}

function spoken(all: number, inSight: number): string {
  const list = all > 0 ? ' The list holds the same items in words.' : '';
  return `Map with ${all === 0 ? 'no footprints' : seen(all, inSight)}.${list} Arrow keys move it, plus and minus zoom.`;
}

interface ButtonProps {
  readonly name: 'plus' | 'minus' | 'all' | 'one';
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function MapButton({ name, label, disabled = false, onClick }: ButtonProps): ReactElement {
  return (
    <button type="button" title={label} aria-label={label} disabled={disabled} onClick={onClick}>
      <MapIcon name={name} />
    </button>
  );
}

/** The map in `host`, opened once; what it tells goes to the props of the latest drawing. */
function useMap(
  host: RefObject<HTMLDivElement | null>,
  props: Props,
  onSight: (inSight: number) => void,
  onFault: (fault: string | null) => void
): MapHandle | null {
  const latest = useRef(props);
  const [map, setMap] = useState<MapHandle | null>(null);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const node = host.current;
    if (!node) {
      return undefined;
    }
    const { open = openMap, view } = latest.current;
    const listener = {
      onHighlight: (key: string | null) => latest.current.onHighlight(key),
      onSelect: (key: string) => latest.current.onSelect(key),
      onView: (seenNow: MapView, inSight: number) => {
        onSight(inSight);
        latest.current.onView(seenNow);
      },
      onDraw: (area: Area) => {
        onFault(null);
        latest.current.onDraw(area);
      },
      onDrawStop: () => {
        onFault(null);
        latest.current.onDrawStop();
      },
      onFault
    };
    const opened = open(node, listener, paletteOf(node), view);
    const themes = new MutationObserver(() => opened.setPalette(paletteOf(node)));
    themes.observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light']
    });
    setMap(opened);
    return () => {
      themes.disconnect();
      opened.close();
    };
  }, [host, onSight, onFault]);
  return map;
}

/** Hand the map what has changed, and only that. */
function useUpdates(map: MapHandle | null, props: Props): void {
  const { footprints, highlighted, selected, area, drawing, tiles = null } = props;
  useEffect(() => map?.setFootprints(footprints), [map, footprints]);
  useEffect(() => map?.setMarks(highlighted, selected), [map, footprints, highlighted, selected]);
  useEffect(() => map?.setArea(area), [map, area]);
  useEffect(() => map?.setDrawing(drawing), [map, drawing]);
  useEffect(() => map?.setTiles(tiles), [map, tiles]);
}
