import { useState, type ReactElement } from 'react';
import { named, readArea, textOf } from '../area';
import type { FormArea } from '../form';
import type { SearchState } from '../state';
import type { SavedPlace } from '../tokens';
import { usePanel } from './context';
import type { Drawing } from './mapProps';

const LARGEST_FILE = 5_000_000;

interface Props {
  readonly search: SearchState;
  readonly places: readonly SavedPlace[];
  readonly drawing: Drawing | null;
  readonly onDraw: (shape: Drawing | null) => void;
}

/** Where to search: drawn, what the map shows, typed, from a file, or a saved place. */
export function AreaField({ search, places, drawing, onDraw }: Props): ReactElement {
  const { actions } = usePanel();
  const { form, view } = search;
  const [isTyping, setTyping] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const take = (area: FormArea | null) => {
    setFault(null);
    setTyping(false);
    actions.search.pick({ ...form, area });
  };
  const read = async (text: string, name: string | null) => {
    const given = await readArea(text, name);
    if ('fault' in given) {
      setFault(given.fault);
    } else {
      take(given.area);
    }
  };
  const { map } = view;
  return (
    <div className="eohub-Field" role="group" aria-label="Area">
      <span className="eohub-Label">Area</span>
      <div className="eohub-Choices">
        <DrawButton shape="box" drawing={drawing} onDraw={onDraw} />
        <DrawButton shape="polygon" drawing={drawing} onDraw={onDraw} />
        <button
          type="button"
          disabled={map === null}
          title={map === null ? 'Open the map first' : 'Search in what the map shows'}
          onClick={() => map && take(named({ bbox: [...map.bbox], geometry: null }))}
        >
          Map view
        </button>
        <button type="button" aria-expanded={isTyping} onClick={() => setTyping(!isTyping)}>
          Text
        </button>
        <FileButton onText={(text, name) => void read(text, name)} onFault={setFault} />
        {places.length > 0 && <Places places={places} onPick={take} />}
        {form.area && (
          <button type="button" onClick={() => take(null)}>
            None
          </button>
        )}
      </div>
      {isTyping && (
        <TypedArea
          start={form.area ? textOf(form.area.area) : ''}
          fault={fault}
          onRead={text => void read(text, null)}
        />
      )}
      {fault && (
        <p id="eohub-area-fault" className="eohub-Fault" role="alert">
          {fault}
        </p>
      )}
      {form.area && <Chosen area={form.area} places={places} />}
    </div>
  );
}

interface DrawProps {
  readonly shape: Drawing;
  readonly drawing: Drawing | null;
  readonly onDraw: (shape: Drawing | null) => void;
}

function DrawButton({ shape, drawing, onDraw }: DrawProps): ReactElement {
  const isOn = drawing === shape;
  return (
    <button type="button" aria-pressed={isOn} onClick={() => onDraw(isOn ? null : shape)}>
      {shape === 'box' ? 'Draw box' : 'Draw polygon'}
    </button>
  );
}

interface FileProps {
  readonly onText: (text: string, name: string) => void;
  readonly onFault: (fault: string) => void;
}

function FileButton({ onText, onFault }: FileProps): ReactElement {
  const take = async (file: File) => {
    if (file.size > LARGEST_FILE) {
      onFault(`${file.name} is larger than 5 MB. Simplify it first.`);
      return;
    }
    onText(await file.text(), file.name);
  };
  return (
    <label className="eohub-File">
      File
      <input
        type="file"
        accept=".geojson,.json,.wkt,.txt"
        aria-label="Area from a GeoJSON or WKT file"
        onChange={event => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) {
            void take(file);
          }
        }}
      />
    </label>
  );
}

interface PlacesProps {
  readonly places: readonly SavedPlace[];
  readonly onPick: (area: FormArea) => void;
}

function Places({ places, onPick }: PlacesProps): ReactElement {
  return (
    <select
      aria-label="A saved place"
      value=""
      onChange={event => {
        const place = places.find(each => each.name === event.target.value);
        if (place) {
          onPick({ area: place.area, label: place.name });
        }
      }}
    >
      <option value="">Place</option>
      {places.map(place => (
        <option key={place.name} value={place.name}>
          {place.name}
        </option>
      ))}
    </select>
  );
}

interface TypedProps {
  readonly start: string;
  readonly fault: string | null;
  readonly onRead: (text: string) => void;
}

function TypedArea({ start, fault, onRead }: TypedProps): ReactElement {
  const [text, setText] = useState(start);
  return (
    <div className="eohub-Line">
      <textarea
        className="jp-mod-styled"
        rows={2}
        aria-label="Area as text"
        placeholder="west, south, east, north, or WKT, or GeoJSON"
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : 'eohub-area-fault'}
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            onRead(text);
          }
        }}
      />
      <button type="button" className="jp-mod-styled" onClick={() => onRead(text)}>
        Use
      </button>
    </div>
  );
}

function Chosen({ area, places }: { area: FormArea; places: readonly SavedPlace[] }): ReactElement {
  const { actions } = usePanel();
  const [name, setName] = useState<string | null>(null);
  const isKept = places.some(each => each.name === area.label);
  const keep = async () => {
    if (name !== null && name.trim() !== '' && (await actions.saved.keepPlace(name, area))) {
      setName(null);
    }
  };
  return (
    <div className="eohub-Line">
      <span className="eohub-Wide eohub-Cut" title={area.label}>
        {area.label}
      </span>
      {name !== null ? (
        <>
          <input
            type="text"
            className="jp-mod-styled"
            aria-label="Name of the place"
            placeholder="Name"
            maxLength={100}
            value={name}
            onChange={event => setName(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter') {
                event.preventDefault();
                void keep();
              }
            }}
          />
          <button type="button" className="jp-mod-styled" onClick={() => void keep()}>
            Save
          </button>
        </>
      ) : (
        !isKept && (
          <button type="button" className="eohub-Link" onClick={() => setName('')}>
            Save as a place
          </button>
        )
      )}
    </div>
  );
}
