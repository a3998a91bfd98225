import type { ReactElement } from 'react';
import { timeFault, timeFaults, type SearchForm } from '../form';
import { momentOf } from '../moments';
import { usePanel } from './context';

const FAULT_ID = 'eohub-date-fault';

/** The first and the last day or time; each may be left open. */
export function TimeFields({ form }: { form: SearchForm }): ReactElement {
  const { actions } = usePanel();
  const faults = timeFaults(form);
  return (
    <div className="eohub-Line eohub-Times">
      <TimeField
        label="From"
        value={form.from}
        fault={faults.from}
        onChange={from => actions.search.edit({ ...form, from })}
        onPick={from => actions.search.pick({ ...form, from })}
      />
      <TimeField
        label="To"
        value={form.to}
        fault={faults.to}
        onChange={to => actions.search.edit({ ...form, to })}
        onPick={to => actions.search.pick({ ...form, to })}
      />
    </div>
  );
}

/** What is wrong with the times, also where the fields are folded away. */
export function TimeFault({ form }: { form: SearchForm }): ReactElement | null {
  const { actions } = usePanel();
  const fault = timeFault(form);
  if (fault === null) {
    return null;
  }
  const canSwap = momentOf(form.from, 'start') !== null && momentOf(form.to, 'end') !== null;
  return (
    <p id={FAULT_ID} className="eohub-Fault" role="alert">
      {fault}{' '}
      {canSwap && (
        <button
          type="button"
          className="eohub-Link"
          onClick={() => actions.search.search({ ...form, from: form.to, to: form.from })}
        >
          Swap them
        </button>
      )}
    </p>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly fault: string | null;
  readonly onChange: (value: string) => void;
  /** A day of the calendar. */
  readonly onPick: (value: string) => void;
}

/** Text, since a day field of a browser takes neither times nor years; beside it the browser's calendar. */
function TimeField({ label, value, fault, onChange, onPick }: FieldProps): ReactElement {
  return (
    <div className="eohub-Field">
      <label>
        <span className="eohub-Label">{label}</span>
        <input
          type="text"
          className="jp-mod-styled"
          placeholder="any day"
          title="A day, month, year or UTC time: 2020-12-31, 2020-12, 2020 or 2020-12-31 23:59"
          value={value}
          aria-invalid={fault !== null}
          aria-describedby={fault === null ? undefined : FAULT_ID}
          onChange={event => onChange(event.target.value)}
        />
      </label>
      <input
        type="date"
        className="eohub-Calendar"
        aria-label={`${label}: pick a day`}
        title="Pick a day"
        max="9999-12-31"
        value={/^\d{4}-\d\d-\d\d/.exec(value)?.[0] ?? ''}
        onChange={event => onPick(event.target.value)}
      />
    </div>
  );
}
