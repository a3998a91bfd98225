import type { ReactElement } from 'react';
import { bytesText, counted } from '../format';
import { chosen, shownPlane } from '../state';
import { CodeButtons } from './CodeButtons';
import type { CubeDescription } from '../tokens';
import type { CubeProps } from './context';
import { Dimensions } from './Dimensions';
import { EstimateBox } from './EstimateBox';
import { PictureBox } from './PictureBox';
import { SeriesBox } from './SeriesBox';
import { Notes, Trouble, Waiting } from './Trouble';
import { Variables } from './Variables';

/** The view of some data: what is in it, what a selection costs, a picture, a series, and code. */
export function CubePage(props: CubeProps): ReactElement {
  const { state, source, description, actions } = props;
  return (
    <article
      className="eohub-CubePage"
      aria-label={`Data of ${source.title}`}
      aria-busy={description.asking}
    >
      <Head {...props} />
      {description.asking && (
        <Waiting
          text={`Reading what is in ${source.title}`}
          onStop={() => actions.stop('description')}
        />
      )}
      {description.stopped && (
        <Trouble
          problem={null}
          text="Stopped, before it was known what is in it."
          onRetry={actions.load}
        />
      )}
      {description.problem && !description.asking && (
        <Trouble problem={description.problem} onRetry={actions.load} />
      )}
      {state.description && <Body {...props} />}
    </article>
  );
}

const KINDS: Readonly<Record<CubeDescription['kind'], string>> = {
  zarr: 'Zarr',
  icechunk: 'Icechunk',
  netcdf: 'netCDF',
  geotiff: 'GeoTIFF',
  grib: 'GRIB',
  vector: 'vector data',
  table: 'table'
};

function Head({ source, state, actions }: CubeProps): ReactElement {
  const { description, looking, groups } = state;
  const assets = source.assets;
  return (
    <header className="eohub-CubeHead">
      <h1>{source.title || description?.title || 'Data'}</h1>
      {description && (
        <span className="eohub-CubeHead-facts">
          {[
            KINDS[description.kind],
            counted(description.variable_count, 'variable'),
            `${bytesText(description.size_bytes)} in memory`
          ].join(' · ')}
        </span>
      )}
      {assets.length > 1 && (
        <label>
          Asset{' '}
          <select
            value={looking.asset ?? assets[0]?.key}
            onChange={event => actions.enter({ asset: event.target.value })}
          >
            {assets.map(({ key, title }) => (
              <option key={key} value={key}>
                {title ? `${title} (${key})` : key}
              </option>
            ))}
          </select>
        </label>
      )}
      {groups.length > 1 && (
        <label>
          Group{' '}
          <select
            value={looking.group ?? ''}
            onChange={event => actions.enter({ group: event.target.value || null })}
          >
            {groups.map(group => (
              <option key={group ?? ''} value={group ?? ''}>
                {group ?? '/'}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" className="eohub-CubeButton" onClick={actions.load}>
        Read again
      </button>
    </header>
  );
}

function Body(props: CubeProps): ReactElement {
  const { state } = props;
  const variable = chosen(state);
  const plane = shownPlane(state);
  return (
    <div className="eohub-CubePage-columns">
      <Variables {...props} />
      <div className="eohub-CubePage-middle">
        <Notes notes={state.description?.notes ?? []} />
        {variable ? (
          <>
            <Dimensions {...props} variable={variable} />
            <EstimateBox {...props} />
            <CodeButtons {...props} />
          </>
        ) : (
          <p>There is no variable in it that could be read.</p>
        )}
      </div>
      {variable && (
        <div className="eohub-CubePage-pictures">
          {variable.problem !== null ? (
            <Trouble problem={null} text={`${variable.name} cannot be read: ${variable.problem}`} />
          ) : (
            <>
              {plane && <PictureBox {...props} variable={variable} plane={plane} />}
              <SeriesBox {...props} variable={variable} />
            </>
          )}
        </div>
      )}
    </div>
  );
}
