import type { ReactElement } from 'react';
import type { CubeProps } from './context';
import { Trouble } from './Trouble';

/** Puts the code of exactly this selection in a notebook, or where a person wants it. */
export function CodeButtons({ state, canInsert, actions }: CubeProps): ReactElement {
  return (
    <section className="eohub-CubeCode" aria-label="Code">
      {canInsert && (
        <button type="button" className="jp-mod-styled jp-mod-accept" onClick={actions.insert}>
          Insert code
        </button>
      )}
      <button type="button" className="eohub-CubeButton" onClick={actions.copyCode}>
        Copy code
      </button>
      <span role="status">{state.told}</span>
      {state.codeProblem && <Trouble problem={state.codeProblem} />}
    </section>
  );
}
