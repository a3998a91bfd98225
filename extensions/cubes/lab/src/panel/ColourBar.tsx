import { scaleLinear } from 'd3-scale';
import { useEffect, useState, type ReactElement } from 'react';
import { COLOUR_MAPS, colourMap, gradientOf } from '../colours';
import { numberText } from '../format';
import type { Scale } from '../raster';
import type { Colouring } from '../state';

interface Props {
  readonly scale: Scale;
  readonly map: string;
  readonly units: string | null;
  /** Whether a person has changed something. */
  readonly isOwn: boolean;
  readonly onColour: (colouring: Partial<Colouring>) => void;
}

/** What the colours mean, and the fields that change it. */
export function ColourBar({ scale, map, units, isOwn, onColour }: Props): ReactElement {
  const place = scaleLinear([scale.low, scale.high], [0, 100]);
  return (
    <div className="eohub-ColourBar">
      <div
        className="eohub-ColourBar-colours"
        style={{ background: gradientOf(map) }}
        role="img"
        aria-label={`Colours from ${numberText(scale.low)} to ${numberText(scale.high)} ${units ?? ''}`}
      />
      <div className="eohub-ColourBar-ticks" aria-hidden="true">
        {place.ticks(6).map(tick => (
          <span key={tick} style={{ left: `${place(tick)}%` }}>
            {numberText(tick)}
          </span>
        ))}
      </div>
      <div className="eohub-ColourBar-fields">
        <End
          label="Low"
          value={scale.low}
          onChange={low => onColour({ scale: { ...scale, low } })}
        />
        <End
          label="High"
          value={scale.high}
          onChange={high => onColour({ scale: { ...scale, high } })}
        />
        {units && <span>{units}</span>}
        <MapFields map={map} onColour={onColour} />
        {isOwn && (
          <button
            type="button"
            className="eohub-CubeButton"
            onClick={() => onColour({ scale: null, map: null })}
          >
            Reset colours
          </button>
        )}
      </div>
    </div>
  );
}

/** Which colours, and which way round. */
function MapFields({ map, onColour }: Pick<Props, 'map' | 'onColour'>): ReactElement {
  const { base, reversed } = colourMap(map);
  const name = (to: string, isReversed: boolean) => (isReversed ? `${to}_r` : to);
  return (
    <>
      <label>
        <span>Colours</span>
        <select
          value={base}
          onChange={event => onColour({ map: name(event.target.value, reversed) })}
        >
          {COLOUR_MAPS.map(each => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={reversed}
          onChange={event => onColour({ map: name(base, event.target.checked) })}
        />
        reversed
      </label>
    </>
  );
}

function End(props: {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}): ReactElement {
  const { label, value, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => setTyped(null), [value]);
  const number = Number(typed);
  const isWrong = typed !== null && (typed.trim() === '' || !Number.isFinite(number));
  const finish = () => {
    if (typed !== null && !isWrong && number !== value) {
      onChange(number);
    } else if (!isWrong) {
      setTyped(null);
    }
  };
  return (
    <label>
      <span>{label}</span>
      <input
        type="text"
        inputMode="decimal"
        className="eohub-CubeField eohub-CubeField-number"
        aria-invalid={isWrong}
        value={typed ?? numberText(value)}
        onChange={event => setTyped(event.target.value)}
        onBlur={finish}
        onKeyDown={event => event.key === 'Enter' && finish()}
      />
    </label>
  );
}
