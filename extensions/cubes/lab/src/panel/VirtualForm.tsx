import { useId, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { counted } from '../format';
import { faultsOf, firstFault, listedIn, type VirtualDraft } from '../virtual';
import { Trouble } from './Trouble';
import type { VirtualProps } from './VirtualPage';

/** The files, how they follow each other, and where the cube is made. */
export function VirtualForm({ state, actions }: VirtualProps): ReactElement {
  const { draft, starting, problem } = state;
  const [isTold, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const field = firstFault(faults);
    setTold(field !== null);
    if (field === null) {
      actions.make();
    } else {
      form.current?.querySelector<HTMLElement>(`[name=${field}]`)?.focus();
    }
  };
  const field = (name: keyof VirtualDraft) => ({
    name,
    value: draft[name],
    fault: isTold ? faults[name] : null,
    onChange: (value: string) => actions.type({ [name]: value })
  });
  const listed = listedIn(draft.addresses);
  const isCounted = listed.length > 0 && !listed.some(each => /[*?[]/.test(each));
  return (
    <form ref={form} className="eohub-CubeVirtualForm" noValidate onSubmit={submit}>
      <Field
        {...field('addresses')}
        label="Files"
        isLong
        placeholder="s3://bucket/sst_2001.nc, or a path such as nemo/sst_*.nc"
        told={`One address a line: s3://, https:// or a path on this server, in which * stands for anything.${isCounted ? ` ${counted(listed.length, 'file')}.` : ''}`}
      />
      <Field
        {...field('join')}
        label="Join along"
        told="The dimension along which the files follow each other."
      />
      <Field
        {...field('target')}
        label="Into"
        placeholder="s3://my-bucket/sst.icechunk, or a path such as sst.icechunk"
        told="A new folder whose name ends in .icechunk, on this server or in your bucket."
      />
      <button type="submit" className="jp-mod-styled jp-mod-accept" aria-disabled={starting}>
        Make it
      </button>
      {problem && <Trouble problem={problem} />}
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly told: string;
  readonly fault: string | null;
  readonly placeholder?: string;
  readonly isLong?: boolean;
  readonly onChange: (value: string) => void;
}

function Field(props: FieldProps): ReactElement {
  const { name, label, value, told, fault, placeholder, isLong = false, onChange } = props;
  const id = useId();
  const shared = {
    id,
    name,
    value,
    placeholder,
    className: 'eohub-CubeField',
    spellCheck: false,
    'aria-invalid': fault !== null,
    'aria-describedby': fault === null ? `${id}-told` : `${id}-told ${id}-fault`,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      onChange(event.target.value)
  };
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <div>
        {isLong ? (
          <textarea {...shared} rows={8} wrap="off" />
        ) : (
          <input {...shared} type="text" autoComplete="off" />
        )}
        <span id={`${id}-told`} className="eohub-CubeQuiet">
          {told}
        </span>
        {fault !== null && (
          <span id={`${id}-fault`} className="eohub-CubeValue-fault" role="alert">
            {fault}
          </span>
        )}
      </div>
    </>
  );
}
