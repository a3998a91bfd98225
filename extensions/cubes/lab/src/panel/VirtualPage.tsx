import type { ReactElement } from 'react';
import type { VirtualDraft } from '../virtual';
import type { VirtualState } from '../virtualCubes';
import type { VirtualJob } from '../tokens';
import { Trouble } from './Trouble';
import { VirtualForm } from './VirtualForm';
import { VirtualRow } from './VirtualRow';

/** What a person can do on the page of virtual cubes. */
export interface VirtualActions {
  readonly type: (change: Partial<VirtualDraft>) => void;
  readonly make: () => void;
  readonly load: () => void;
  readonly cancel: (job: VirtualJob) => void;
  readonly again: (job: VirtualJob) => void;
  readonly leaveOut: (job: VirtualJob) => void;
  readonly look: (job: VirtualJob) => void;
  readonly insert: (job: VirtualJob) => void;
  readonly copyCode: (job: VirtualJob) => void;
  readonly copy: (text: string) => void;
}

/** What the page is drawn from. */
export interface VirtualProps {
  readonly state: VirtualState;
  /** Whether there are notebooks to put code in. */
  readonly canInsert: boolean;
  readonly actions: VirtualActions;
}

/** Makes one cube of many files without copying their values, and tells how far that is. */
export function VirtualPage(props: VirtualProps): ReactElement {
  const { state, actions } = props;
  const { jobs, unknown } = state;
  return (
    <article className="eohub-CubePage eohub-CubeVirtual" aria-label="Virtual cubes">
      <header className="eohub-CubeHead">
        <h1>Make a virtual cube</h1>
        <span className="eohub-CubeHead-facts">
          One cube of many netCDF-4 files. Their values stay where they are.
        </span>
      </header>
      <VirtualForm {...props} />
      <section aria-labelledby="eohub-CubeVirtual-jobs">
        <h2 id="eohub-CubeVirtual-jobs">Recent virtual cubes</h2>
        {unknown && <Trouble problem={unknown} onRetry={actions.load} />}
        <p role="status">{state.told}</p>
        {state.codeProblem && <Trouble problem={state.codeProblem} />}
        {jobs === null && !unknown && <p className="eohub-CubeQuiet">Asking your server</p>}
        {jobs?.length === 0 && (
          <p className="eohub-CubeQuiet">
            None was made here. One that was made elsewhere opens by its address.
          </p>
        )}
        <ul aria-label="Recent virtual cubes">
          {jobs?.map(job => (
            <VirtualRow key={job.id} {...props} job={job} />
          ))}
        </ul>
      </section>
    </article>
  );
}
