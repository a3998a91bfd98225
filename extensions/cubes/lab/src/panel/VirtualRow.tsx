import type { ReactElement } from 'react';
import { counted } from '../format';
import type { VirtualJob } from '../tokens';
import { listedIn, nameOf, progressText, reasonOf, refusalsText, withoutRefused } from '../virtual';
import { Trouble } from './Trouble';
import type { VirtualProps } from './VirtualPage';

interface RowProps extends VirtualProps {
  readonly job: VirtualJob;
}

/** One virtual cube: how far it is, or what became of it and what can be done then. */
export function VirtualRow(props: RowProps): ReactElement {
  const { job } = props;
  const name = nameOf(job.target);
  return (
    <li className="eohub-CubeVirtualRow" aria-label={name}>
      <p>
        <strong title={job.target}>{name}</strong> {progressText(job)}
      </p>
      <p className="eohub-CubeQuiet">{job.target}</p>
      <State {...props} name={name} />
    </li>
  );
}

function State(props: RowProps & { readonly name: string }): ReactElement | null {
  const { job, name, actions } = props;
  switch (job.state) {
    case 'running':
      return (
        <p className="eohub-CubeWaiting">
          <progress
            aria-label={`Files of ${name} read`}
            max={job.files}
            value={job.files_read}
            aria-valuetext={progressText(job)}
          />
          <button
            type="button"
            className="eohub-CubeButton"
            aria-label={`Cancel ${name}`}
            onClick={() => actions.cancel(job)}
          >
            Cancel
          </button>
        </p>
      );
    case 'done':
      return <Made {...props} />;
    case 'refused':
      return <Refused {...props} />;
    case 'failed':
    case 'interrupted':
      return (
        <Trouble problem={{ code: job.state, detail: job.problem ?? '', hint: job.hint }}>
          <Again {...props} />
        </Trouble>
      );
    case 'cancelled':
      return job.problem ? (
        <Trouble problem={{ code: job.state, detail: job.problem, hint: job.hint }}>
          <Again {...props} />
        </Trouble>
      ) : (
        <Again {...props} />
      );
  }
}

function Again({ job, name, actions }: RowProps & { readonly name: string }) {
  return (
    <button
      type="button"
      className="eohub-CubeButton"
      aria-label={`Make ${name} again`}
      onClick={() => actions.again(job)}
    >
      Make it again
    </button>
  );
}

function Made({ job, name, canInsert, actions }: RowProps & { readonly name: string }) {
  return (
    <p className="eohub-CubeCode">
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept"
        aria-label={`Look at it: ${name}`}
        onClick={() => actions.look(job)}
      >
        Look at it
      </button>
      {canInsert && (
        <button
          type="button"
          className="eohub-CubeButton"
          aria-label={`Insert code of ${name}`}
          onClick={() => actions.insert(job)}
        >
          Insert code
        </button>
      )}
      <button
        type="button"
        className="eohub-CubeButton"
        aria-label={`Copy code of ${name}`}
        onClick={() => actions.copyCode(job)}
      >
        Copy code
      </button>
    </p>
  );
}

/** Every reason at once, in a table that can be copied. */
function Refused({ job, name, state, actions }: RowProps & { readonly name: string }) {
  const { refusals, refusal_count } = job;
  const files = new Set(refusals.map(({ address }) => address)).size;
  const isAll = refusals.length >= refusal_count;
  const others = withoutRefused(state.draft, job);
  const left = listedIn(others).length;
  const isListed = left < listedIn(state.draft.addresses).length;
  return (
    <>
      <Trouble
        problem={null}
        text={
          isAll
            ? `${counted(files, 'file')} of ${job.files.toLocaleString('en')} cannot be joined, for ${counted(refusal_count, 'reason')}. Nothing was made.`
            : `Some files cannot be joined. Showing ${counted(refusals.length, 'reason')} of ${refusal_count.toLocaleString('en')}. Nothing was made.`
        }
      >
        {job.hint && <p className="eohub-CubeQuiet">{job.hint}</p>}
        <button
          type="button"
          className="eohub-CubeButton"
          aria-label={`Copy the reasons of ${name}`}
          onClick={() => actions.copy(refusalsText(job))}
        >
          Copy the reasons
        </button>
        {isListed && left > 0 && (
          <button type="button" className="eohub-CubeButton" onClick={() => actions.leaveOut(job)}>
            Take these files off the list
          </button>
        )}
      </Trouble>
      <Reasons job={job} name={name} />
    </>
  );
}

function Reasons({ job, name }: { readonly job: VirtualJob; readonly name: string }) {
  return (
    // It scrolls, so that it takes the focus for the arrow keys.
    <div
      className="eohub-CubeRefusals"
      role="region"
      aria-label={`Reasons of ${name}`}
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Variable</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {job.refusals.map((each, at) => (
            <tr key={at}>
              <th scope="row" title={each.address}>
                {nameOf(each.address)}
              </th>
              <td>{each.variable}</td>
              <td>{reasonOf(each)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
