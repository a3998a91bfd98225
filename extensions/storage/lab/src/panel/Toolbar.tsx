import { useRef, type ReactElement } from 'react';
import { crumbs, type DriveState } from '../state';
import type { DriveActions } from './DrivePanel';
import { useIcons } from './icons';

interface Props {
  readonly state: DriveState;
  readonly actions: DriveActions;
}

/** Title, buttons and the way from the list of places to where we are. */
export function Toolbar({ state, actions }: Props): ReactElement {
  const { location } = state;
  return (
    <header>
      <div className="eohub-S3-header">
        <h2>S3 Storage</h2>
        <Buttons state={state} actions={actions} />
      </div>
      {location !== null && (
        <nav className="eohub-S3-crumbs" aria-label="Folder">
          <button type="button" className="eohub-S3-link" onClick={actions.home}>
            Places
          </button>
          {crumbs(location).map(({ name, prefix }) => (
            <span key={prefix}>
              {' / '}
              {prefix === location.prefix ? (
                <span aria-current="location">{name}</span>
              ) : (
                <button
                  type="button"
                  className="eohub-S3-link"
                  onClick={() => actions.go({ ...location, prefix })}
                >
                  {name}
                </button>
              )}
            </span>
          ))}
          {!location.place.writable && <span className="eohub-S3-mark">read only</span>}
        </nav>
      )}
    </header>
  );
}

function Buttons({ state, actions }: Props): ReactElement {
  const icons = useIcons();
  const files = useRef<HTMLInputElement>(null);
  const isWritable = state.location?.place.writable ?? false;
  const why = isWritable ? '' : ' (nothing can be written here)';
  return (
    <div role="toolbar" aria-label="S3 Storage" className="eohub-S3-buttons">
      <IconButton label="Up" icon={icons.up} disabled={!state.location} onClick={actions.up} />
      <IconButton
        label={`New folder${why}`}
        icon={icons.newFolder}
        disabled={!isWritable}
        onClick={actions.newFolder}
      />
      <IconButton
        label={`Upload files${why}`}
        icon={icons.upload}
        disabled={!isWritable}
        onClick={() => files.current?.click()}
      />
      <IconButton label="List again" icon={icons.refresh} onClick={actions.reload} />
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={event => {
          actions.upload([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly icon: () => ReactElement;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** A button that is an icon, with its words for those who hover or listen. */
export function IconButton({
  label,
  icon: Icon,
  disabled = false,
  onClick
}: IconButtonProps): ReactElement {
  return (
    <button
      type="button"
      className="eohub-S3-iconButton"
      title={label}
      aria-label={label}
      aria-disabled={disabled}
      onClick={disabled ? undefined : onClick}
    >
      <Icon />
    </button>
  );
}
