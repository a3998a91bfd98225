import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import { storageIcon } from '../icons';
import { IDriveSession } from '../session';
import type { Row } from '../state';

const CATEGORY = 'S3 Storage';

/** Every action of the panel as a command, in the palette too. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: '@eohub/storage:commands',
  description: 'Adds the commands of the S3 panel.',
  autoStart: true,
  requires: [IDriveSession],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IDriveSession,
    palette: ICommandPalette | null
  ): void => {
    for (const [name, options] of Object.entries(actions(session))) {
      const command = `eohub-storage:${name}`;
      app.commands.addCommand(command, {
        ...options,
        describedBy: { args: { type: 'object', properties: {} } }
      });
      palette?.addItem({ command, category: CATEGORY });
    }
    session.browse.store.subscribe(() => app.commands.notifyCommandChanged());
  }
};

/** The commands by name; each does one thing that the panel can do. */
function actions(session: IDriveSession): Record<string, CommandRegistry.ICommandOptions> {
  const { browse } = session;
  const isWritable = () => browse.store.get().location?.place.writable ?? false;
  const ofRow = (
    label: string,
    work: (row: Row) => void,
    fits: (row: Row) => boolean = () => true
  ) => ({
    label,
    isEnabled: () => {
      const row = browse.selected();
      return row !== null && fits(row);
    },
    execute: () => {
      const row = browse.selected();
      if (row !== null) {
        work(row);
      }
    }
  });
  return {
    show: { label: 'Show S3 Storage', icon: storageIcon, execute: () => session.show() },
    refresh: { label: 'List the S3 Folder Again', execute: () => browse.reload() },
    up: {
      label: 'Go to the S3 Folder Above',
      isEnabled: () => browse.store.get().location !== null,
      execute: () => browse.up()
    },
    more: {
      label: 'Load More S3 Names',
      isEnabled: () => browse.store.get().next !== null,
      execute: () => browse.more()
    },
    'new-folder': {
      label: 'New S3 Folder',
      isEnabled: isWritable,
      execute: () => {
        const { location } = browse.store.get();
        if (location !== null) {
          session.newFolder(location);
        }
      }
    },
    open: ofRow('Open the Selected S3 Object', session.open),
    look: ofRow('Look at the Selected S3 Data', session.look, session.isData),
    download: ofRow('Download the Selected S3 Object', session.download, isObject),
    'copy-path': ofRow('Copy the S3 Path', session.copyPath),
    'insert-path': ofRow('Insert the S3 Path', session.insertPath),
    delete: ofRow('Delete the Selected S3 Object', session.remove, isWritable)
  };
}

function isObject(row: Row): boolean {
  return row.kind === 'object';
}
