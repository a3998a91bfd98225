import { useState, type DragEvent, type ReactElement } from 'react';
import type { DriveState, Location, Row } from '../state';
import type { Place } from '../tokens';
import { Empty } from './Empty';
import { IconContext, type PanelIcons } from './icons';
import { Listing } from './Listing';
import { PlaceList } from './PlaceList';
import { Selection } from './Selection';
import { Toolbar } from './Toolbar';
import { UploadList } from './UploadList';

/** What a person can do in the panel. */
export interface DriveActions {
  readonly home: () => void;
  readonly enter: (place: Place) => void;
  readonly go: (location: Location) => void;
  readonly up: () => void;
  readonly more: () => void;
  readonly reload: () => void;
  readonly select: (key: string) => void;
  readonly open: (row: Row) => void;
  readonly isData: (row: Row) => boolean;
  readonly look: (row: Row) => void;
  readonly download: (row: Row) => void;
  readonly copyPath: (row: Row) => void;
  readonly insertPath: (row: Row) => void;
  readonly remove: (row: Row) => void;
  readonly newFolder: () => void;
  readonly upload: (files: readonly File[]) => void;
  readonly cancelUpload: (id: number) => void;
}

interface Props {
  readonly state: DriveState;
  readonly icons: PanelIcons;
  readonly actions: DriveActions;
}

/** The drive, drawn from its state and nothing else. */
export function DrivePanel({ state, icons, actions }: Props): ReactElement {
  const { location } = state;
  const isWritable = location?.place.writable ?? false;
  const drop = useDrop(isWritable ? actions.upload : null);
  return (
    <IconContext.Provider value={icons}>
      <Toolbar state={state} actions={actions} />
      <div className="eohub-S3-body" {...drop}>
        {location === null && state.places !== null && state.places.length > 0 ? (
          <PlaceList places={state.places} mounts={state.mounts} onEnter={actions.enter} />
        ) : state.rows.length > 0 ? (
          <Listing state={state} actions={actions} />
        ) : (
          <Empty state={state} actions={actions} />
        )}
      </div>
      <Selection state={state} actions={actions} />
      <UploadList uploads={state.uploads} onCancel={actions.cancelUpload} />
      <div className="eohub-S3-spoken" role="status" aria-live="polite">
        {state.announcement}
      </div>
    </IconContext.Provider>
  );
}

/** Lets files be dropped where they may be written. */
function useDrop(upload: ((files: readonly File[]) => void) | null) {
  const [isOver, setOver] = useState(false);
  if (upload === null) {
    return {};
  }
  return {
    'data-over': isOver,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      upload([...event.dataTransfer.files]);
    }
  };
}
