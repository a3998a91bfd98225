import { useEffect, useState, type ReactElement } from 'react';
import type { SearchForm } from '../form';
import { usePanel } from './context';

const PAUSE_MS = 300;

/** CQL2 text for those who know it, checked as it is typed. */
export function Cql2Field({ form }: { form: SearchForm }): ReactElement {
  const { actions } = usePanel();
  const problem = useCheck(form.cql2);
  const [isOpen, setOpen] = useState(form.cql2 !== '');
  return (
    <details
      className="eohub-Expert"
      open={isOpen || form.cql2 !== ''}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>CQL2 text</summary>
      <textarea
        className="jp-mod-styled"
        rows={3}
        spellCheck={false}
        aria-label="CQL2 text"
        placeholder={'"eo:cloud_cover" < 20 AND platform = \'sentinel-2a\''}
        maxLength={4000}
        aria-invalid={problem !== null}
        aria-describedby="eohub-cql2-state"
        value={form.cql2}
        onChange={event => actions.search.edit({ ...form, cql2: event.target.value })}
      />
      <p
        id="eohub-cql2-state"
        className={problem === null ? 'eohub-Hint' : 'eohub-Fault'}
        role="status"
      >
        {problem ??
          (form.cql2.trim() === ''
            ? 'It has to hold in addition to the filters above.'
            : 'It can be read.')}
      </p>
    </details>
  );
}

/** What is wrong with the text, a moment after it was typed; what cannot be checked is not called wrong. */
function useCheck(text: string): string | null {
  const { actions } = usePanel();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const asked = new AbortController();
    const check = () =>
      void actions
        .checkFilter(text, asked.signal)
        .then(setProblem)
        .catch(() => asked.signal.aborted || setProblem(null));
    const timer = window.setTimeout(
      () => (text.trim() === '' ? setProblem(null) : check()),
      PAUSE_MS
    );
    return () => {
      window.clearTimeout(timer);
      asked.abort();
    };
  }, [actions, text]);
  return problem;
}
