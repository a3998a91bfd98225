import { useEffect, useId, useRef, useState, type ReactElement } from 'react';

interface Props {
  /** Name for a screen reader, such as "Time shown". */
  readonly label: string;
  /** Name before the field, where it is in sight. */
  readonly text?: string;
  /** The value now, as it is typed. */
  readonly value: string;
  /** Letters of the longest value, so that what stands beside the field keeps its place. */
  readonly longest?: number;
  /** Finds the step of what was typed; fails with a sentence. */
  readonly onLocate: (text: string) => Promise<number>;
  readonly onStep: (index: number) => void;
}

/** A value of a dimension that a person types: a number, or a time in ISO 8601 in any calendar. */
export function ValueField(props: Props): ReactElement {
  const { label, text, value, longest = 0, onLocate, onStep } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const asked = useRef(0);
  const faultId = useId();
  const forget = () => {
    setTyped(null);
    setFault(null);
  };
  useEffect(forget, [value]);
  const finish = async () => {
    if (typed === null || typed.trim() === value) {
      forget();
      return;
    }
    const number = (asked.current += 1);
    try {
      const index = await onLocate(typed);
      if (number === asked.current) {
        forget();
        onStep(index);
      }
    } catch (error) {
      if (number === asked.current) {
        setFault(error instanceof Error ? error.message : 'There is no such value.');
      }
    }
  };
  return (
    <label className="eohub-CubeValue">
      {text && <span>{text}</span>}
      <input
        type="text"
        className="eohub-CubeField"
        aria-label={label}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : faultId}
        spellCheck={false}
        style={{ width: `calc(${Math.min(19, Math.max(8, longest, value.length))}ch + 14px)` }}
        value={typed ?? value}
        onChange={event => setTyped(event.target.value)}
        onBlur={() => void finish()}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            void finish();
          } else if (event.key === 'Escape') {
            forget();
          }
        }}
      />
      {fault !== null && (
        <span id={faultId} className="eohub-CubeValue-fault" role="alert">
          {fault}
        </span>
      )}
    </label>
  );
}
