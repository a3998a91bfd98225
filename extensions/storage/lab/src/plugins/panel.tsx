import { ReactPanel, useStore } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import type { ReactElement } from 'react';
import { panelIcons, storageIcon } from '../icons';
import { DrivePanel, type DriveActions } from '../panel/DrivePanel';
import { IDriveSession } from '../session';
import { PANEL_ID, PANEL_PLUGIN } from './names';

/** The panel in the left sidebar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: PANEL_PLUGIN,
  description: 'Adds S3 to the left sidebar.',
  autoStart: true,
  requires: [IDriveSession],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    session: IDriveSession,
    restorer: ILayoutRestorer | null
  ): void => {
    const actions = actionsOf(session);
    const widget = new ReactPanel({
      id: PANEL_ID,
      title: 'S3 Storage',
      icon: storageIcon,
      className: 'eohub-S3',
      firstField: '[role=listbox], .eohub-S3-place',
      onVisible: visible => visible && void session.browse.begin(),
      render: () => <Connected session={session} actions={actions} />
    });
    app.shell.add(widget, 'left', { rank: 310, type: 'S3 Storage' });
    restorer?.add(widget, PANEL_ID);
  }
};

function Connected({
  session,
  actions
}: {
  readonly session: IDriveSession;
  readonly actions: DriveActions;
}): ReactElement {
  const state = useStore(session.browse.store);
  return <DrivePanel state={state} icons={panelIcons} actions={actions} />;
}

function actionsOf(session: IDriveSession): DriveActions {
  const { browse, uploads } = session;
  const whereWritable = (work: (location: NonNullable<ReturnType<typeof here>>) => void) => {
    const location = here();
    if (location?.place.writable) {
      work(location);
    }
  };
  const here = () => browse.store.get().location;
  return {
    home: () => void browse.home(),
    enter: place => void browse.enter(place),
    go: location => void browse.go(location),
    up: () => void browse.up(),
    more: () => void browse.more(),
    reload: () => void browse.reload(),
    select: key => browse.select(key),
    open: row => session.open(row),
    isData: row => session.isData(row),
    look: row => session.look(row),
    download: row => session.download(row),
    copyPath: row => session.copyPath(row),
    insertPath: row => session.insertPath(row),
    remove: row => whereWritable(() => session.remove(row)),
    newFolder: () => whereWritable(location => session.newFolder(location)),
    upload: files => whereWritable(location => void uploads.add(location, files)),
    cancelUpload: id => uploads.cancel(id)
  };
}
