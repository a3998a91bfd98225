import { useEffect, useRef, type ReactElement } from 'react';
import { momentOf } from '../moments';
import type { PropertyFilter, Queryable } from '../tokens';
import { usePanel } from './context';
import { IconButton } from './Header';

interface Props {
  readonly queryable: Queryable;
  readonly conditions: readonly PropertyFilter[];
  /** Whether it was just added, and takes the focus. */
  readonly isNew: boolean;
  /** Told what is typed. */
  readonly onChange: (conditions: readonly PropertyFilter[]) => void;
  /** Told what is ticked or chosen, which is searched at once. */
  readonly onPick: (conditions: readonly PropertyFilter[]) => void;
  readonly onRemove: () => void;
}

/** The filter on one property, with the control that its type needs. */
export function PropertyControl(props: Props): ReactElement {
  const { icons } = usePanel();
  const { queryable, isNew, onRemove } = props;
  const { name, title, unit } = queryable;
  const control = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isNew) {
      control.current?.querySelector<HTMLElement>('input, select')?.focus();
    }
  }, [isNew]);
  return (
    <div className="eohub-Field" role="group" aria-label={`Limit on ${title}`}>
      <div className="eohub-Line">
        <span className="eohub-Label eohub-Wide" title={name}>
          {title}
          {unit && ` [${unit}]`}
          {/* Several properties may have one title. */}
          {title.toLowerCase() !== name.toLowerCase() && (
            <small className="eohub-Hint"> {name}</small>
          )}
        </span>
        <IconButton label={`Remove the property ${title}`} onClick={onRemove}>
          <icons.close />
        </IconButton>
      </div>
      <div ref={control}>
        <Control {...props} />
      </div>
    </div>
  );
}

function Control(props: Props): ReactElement {
  const { queryable } = props;
  if (queryable.values.length > 0) {
    return <ValueList {...props} />;
  }
  switch (queryable.type) {
    case 'number':
    case 'integer':
      return <NumberRange {...props} />;
    case 'boolean':
      return <YesNo {...props} />;
    case 'datetime':
      return <TimeRange {...props} />;
    case 'string':
    case 'array':
      return <TextLike {...props} />;
  }
}

/** All values that are allowed; several are "one of". */
function ValueList({ queryable, conditions, onPick }: Props): ReactElement {
  const { name: property, values } = queryable;
  const set = conditions[0]?.value;
  const chosen: readonly unknown[] = Array.isArray(set) ? set : conditions.length > 0 ? [set] : [];
  const toggle = (value: string | number) => {
    const others = values.filter(each => chosen.includes(each) && each !== value);
    const wanted = chosen.includes(value) ? others : [...others, value];
    const [only] = wanted;
    if (wanted.length > 1) {
      onPick([{ property, op: 'in', value: wanted }]);
    } else {
      onPick(only === undefined ? [] : [{ property, op: '=', value: only }]);
    }
  };
  return (
    <div className="eohub-Values">
      {values.map(value => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />{' '}
          {value}
        </label>
      ))}
    </div>
  );
}

type Bound = '>=' | '<=';

function boundOf(conditions: readonly PropertyFilter[], op: Bound): string {
  const value = conditions.find(each => each.op === op)?.value;
  return value === undefined ? '' : String(value);
}

/** The conditions with another bound, the lower one first. */
function bounded(
  { queryable, conditions }: Props,
  op: Bound,
  value: number | string | null
): readonly PropertyFilter[] {
  const others = conditions.filter(each => each.op !== op && ['>=', '<='].includes(each.op));
  const added = value === null ? [] : [{ property: queryable.name, op, value }];
  return [...others, ...added].sort((one, other) => other.op.localeCompare(one.op));
}

function NumberRange(props: Props): ReactElement {
  const { minimum, maximum, title, type } = props.queryable;
  const field = (op: Bound) => (
    <input
      type="number"
      className="jp-mod-styled"
      aria-label={`${title}, ${op === '>=' ? 'at least' : 'at most'}`}
      min={minimum ?? undefined}
      max={maximum ?? undefined}
      step={type === 'integer' ? 1 : 'any'}
      placeholder={String((op === '>=' ? minimum : maximum) ?? 'any')}
      value={boundOf(props.conditions, op)}
      onChange={event => {
        const value = event.target.valueAsNumber;
        props.onChange(bounded(props, op, Number.isFinite(value) ? value : null));
      }}
    />
  );
  return (
    <div className="eohub-Line">
      {field('>=')}
      <span>to</span>
      {field('<=')}
    </div>
  );
}

function TimeRange(props: Props): ReactElement {
  const field = (op: Bound) => (
    <input
      type="date"
      className="jp-mod-styled"
      aria-label={`${props.queryable.title}, ${op === '>=' ? 'from' : 'to'}`}
      max="9999-12-31"
      value={boundOf(props.conditions, op).slice(0, 10)}
      onChange={event => {
        const day = momentOf(event.target.value, 'start');
        const time = day && `${day}T${op === '>=' ? '00:00:00' : '23:59:59'}Z`;
        props.onChange(bounded(props, op, time));
      }}
    />
  );
  return (
    <div className="eohub-Line">
      {field('>=')}
      <span>to</span>
      {field('<=')}
    </div>
  );
}

function YesNo({ queryable, conditions, onPick }: Props): ReactElement {
  const { name: property, title } = queryable;
  return (
    <select
      className="jp-mod-styled"
      aria-label={title}
      value={conditions[0] === undefined ? '' : String(conditions[0].value)}
      onChange={event => {
        const { value } = event.target;
        onPick(value === '' ? [] : [{ property, op: '=', value: value === 'true' }]);
      }}
    >
      <option value="">any</option>
      <option value="true">yes</option>
      <option value="false">no</option>
    </select>
  );
}

/** Text; a star stands for anything, which is the percent sign of `like`. */
function TextLike({ queryable, conditions, onChange }: Props): ReactElement {
  const { name: property, title } = queryable;
  const [set] = conditions;
  return (
    <input
      type="text"
      className="jp-mod-styled"
      aria-label={title}
      placeholder="text, or text*"
      title="Exactly this text; * stands for anything"
      maxLength={500}
      value={set === undefined ? '' : String(set.value).replaceAll('%', '*')}
      onChange={event => {
        const text = event.target.value;
        if (text === '') {
          onChange([]);
        } else if (text.includes('*')) {
          onChange([{ property, op: 'like', value: text.replaceAll('*', '%') }]);
        } else {
          onChange([{ property, op: '=', value: text }]);
        }
      }}
    />
  );
}
