import { useEffect, type ReactElement } from 'react';
import type { TwinForm, TwinQuery } from '../tokens';
import { usePanel, type PanelState } from './context';

type Field = TwinForm['fields'][number];
type Place = 'everywhere' | 'point' | 'box';

const PLACES: readonly { readonly value: Place; readonly label: string }[] = [
  { value: 'everywhere', label: 'everywhere' },
  { value: 'point', label: 'series at a point' },
  { value: 'box', label: 'box' }
];
const SHOWN_AT_ONCE = 4;

/** A request to a digital twin, made by choices of which each narrows those after it. */
export function TwinSection({ state }: { state: PanelState }): ReactElement | null {
  const { actions } = usePanel();
  const { form, problem, query } = state.twins;
  useEffect(() => {
    void actions.twins.load();
  }, [actions]);
  if (!problem && (form === null || form.twins.length === 0)) {
    return null;
  }
  return (
    <details className="eohub-Expert eohub-Twin">
      <summary>Ask a digital twin</summary>
      {form && form.twins.length > 1 && (
        <Choice
          label="twin"
          values={form.twins.map(each => ({ value: each, label: each }))}
          chosen={form.twin === null ? [] : [form.twin]}
          onChoose={([twin]) => twin !== undefined && void actions.twins.pick(twin)}
        />
      )}
      {form?.fields.filter(isOpen).map(each => (
        <Choice
          key={each.key}
          label={each.label}
          values={each.values}
          chosen={each.chosen}
          several={each.several}
          onChoose={values => void actions.twins.choose(each.key, values)}
        />
      ))}
      {form && form.fields.length > 0 && <Where query={query} />}
      {form && form.fields.length > 0 && <Outcome form={form} state={state} />}
      {problem && (
        <p className="eohub-Fault" role="alert">
          {problem.detail} {problem.hint}
        </p>
      )}
    </details>
  );
}

/** Where there is one value, there is no choice. */
function isOpen({ values }: Field): boolean {
  return values.length > 1;
}

interface ChoiceProps extends Pick<Field, 'label' | 'values' | 'chosen'> {
  readonly several?: boolean;
  readonly onChoose: (values: readonly string[]) => void;
}

function Choice({ label, values, chosen, several = false, onChoose }: ChoiceProps): ReactElement {
  return (
    <label className="eohub-Line">
      <span className="eohub-Label">{label}</span>
      <select
        className="jp-mod-styled eohub-Wide"
        aria-label={label}
        multiple={several}
        size={several ? Math.min(SHOWN_AT_ONCE, values.length) : undefined}
        value={several ? [...chosen] : (chosen[0] ?? '')}
        onChange={event => {
          const picked = [...event.target.selectedOptions].map(each => each.value);
          onChoose(picked.filter(each => each !== ''));
        }}
      >
        {!several && chosen.length === 0 && <option value="">choose</option>}
        {values.map(each => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Where({ query }: { query: TwinQuery }): ReactElement {
  const { actions } = usePanel();
  const { point, bbox } = query;
  const place: Place = point ? 'point' : bbox ? 'box' : 'everywhere';
  const dated = (name: 'start' | 'end', label: string) => (
    <input
      type="date"
      className="jp-mod-styled eohub-Wide"
      aria-label={label}
      value={query[name] ?? ''}
      onChange={event => void actions.twins.change({ [name]: event.target.value || null })}
    />
  );
  return (
    <>
      <div className="eohub-Line">
        <span className="eohub-Label">from</span>
        {dated('start', 'First day')}
      </div>
      <div className="eohub-Line">
        <span className="eohub-Label">to</span>
        {dated('end', 'Last day')}
      </div>
      <Choice
        label="where"
        values={[...PLACES]}
        chosen={[place]}
        onChoose={([value]) =>
          void actions.twins.change({
            point: value === 'point' ? [0, 0] : null,
            bbox: value === 'box' ? [-10, 35, 30, 70] : null
          })
        }
      />
      {point && (
        <Numbers
          names={['Longitude', 'Latitude']}
          values={point}
          onChange={([lon = 0, lat = 0]) => void actions.twins.change({ point: [lon, lat] })}
        />
      )}
      {bbox && (
        <Numbers
          names={['West', 'South', 'East', 'North']}
          values={bbox}
          onChange={([west = 0, south = 0, east = 0, north = 0]) =>
            void actions.twins.change({ bbox: [west, south, east, north] })
          }
        />
      )}
    </>
  );
}

interface NumbersProps {
  readonly names: readonly string[];
  readonly values: readonly number[];
  readonly onChange: (values: readonly number[]) => void;
}

function Numbers({ names, values, onChange }: NumbersProps): ReactElement {
  return (
    <div className="eohub-Line">
      {names.map((name, index) => (
        <input
          key={name}
          type="number"
          step="any"
          className="jp-mod-styled eohub-Wide"
          aria-label={name}
          title={name}
          value={values[index]}
          onChange={event => {
            const given = event.target.valueAsNumber;
            if (Number.isFinite(given)) {
              onChange(values.map((each, at) => (at === index ? given : each)));
            }
          }}
        />
      ))}
    </div>
  );
}

function Outcome({ form, state }: { form: TwinForm; state: PanelState }): ReactElement {
  const { actions } = usePanel();
  const hasLake = state.search.rows.some(({ source }) => source.kind === 'destine');
  return (
    <>
      <div className="eohub-Line">
        <button
          type="button"
          className="jp-mod-styled"
          disabled={form.code === null}
          onClick={() => void actions.twins.insertCode()}
        >
          Insert code
        </button>
        {form.search && hasLake && (
          <button type="button" className="jp-mod-styled" onClick={() => actions.twins.find()}>
            Find it to order
          </button>
        )}
      </div>
      <p className="eohub-Hint">
        {form.missing
          ? `Next: ${form.missing}.`
          : 'The code needs earthkit and DestinE’s token in ~/.polytopeapirc.'}
      </p>
    </>
  );
}
