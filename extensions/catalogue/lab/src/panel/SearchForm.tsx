import { useEffect, useRef, type FormEvent, type ReactElement, type RefObject } from 'react';
import { dateFault, EMPTY_FORM, type SearchForm as Form } from '../state';
import { useIcons } from './icons';

interface Props {
  readonly form: Form;
  readonly asking: boolean;
  readonly onEdit: (form: Form) => void;
  readonly onSearch: (form: Form) => void;
  readonly onCancel: () => void;
}

/** Words and dates, and the button that searches or stops. */
export function SearchForm(props: Props): ReactElement {
  const { form, onEdit, onSearch } = props;
  const fault = dateFault(form);
  const words = useFocusOfPanel();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(form);
  };
  return (
    <form className="eohub-SearchForm" role="search" onSubmit={submit}>
      <input
        ref={words}
        type="search"
        className="jp-mod-styled"
        aria-label="Search words"
        placeholder="Search words"
        maxLength={500}
        value={form.words}
        onChange={event => onEdit({ ...form, words: event.target.value })}
      />
      <div className="eohub-SearchForm-dates">
        <DateField
          label="From"
          value={form.from}
          fault={fault}
          onChange={from => onEdit({ ...form, from })}
        />
        <DateField
          label="To"
          value={form.to}
          fault={fault}
          onChange={to => onEdit({ ...form, to })}
        />
      </div>
      {fault && (
        <p id="eohub-date-fault" className="eohub-Fault" role="alert">
          {fault}{' '}
          <button
            type="button"
            className="eohub-Link"
            onClick={() => onSearch({ ...form, from: form.to, to: form.from })}
          >
            Swap them
          </button>
        </p>
      )}
      <Buttons {...props} fault={fault} />
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

function Buttons(props: Props & { readonly fault: string | null }): ReactElement {
  const { form, asking, fault, onSearch, onCancel } = props;
  const icons = useIcons();
  const empty = !form.words && !form.from && !form.to;
  return (
    <div className="eohub-SearchForm-buttons">
      <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={fault !== null}>
        Search
      </button>
      {asking ? (
        <button type="button" className="jp-mod-styled" onClick={onCancel}>
          <icons.stop /> Stop
        </button>
      ) : (
        <button
          type="button"
          className="jp-mod-styled"
          disabled={empty}
          onClick={() => onSearch(EMPTY_FORM)}
        >
          Clear
        </button>
      )}
    </div>
  );
}

interface DateProps {
  readonly label: string;
  readonly value: string;
  readonly fault: string | null;
  readonly onChange: (value: string) => void;
}

function DateField({ label, value, fault, onChange }: DateProps): ReactElement {
  return (
    <label>
      <span>{label}</span>
      <input
        type="date"
        className="jp-mod-styled"
        max="9999-12-31"
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : 'eohub-date-fault'}
        onChange={event => onChange(event.target.value)}
      />
    </label>
  );
}
