import { problemOf, toastProblem } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Browse } from '../browse';
import { DRIVE_NAME, localPath } from '../drive';
import { insertAtCursor } from '../insert';
import { folderRefusal } from '../panel/format';
import { removeAll } from '../remove';
import { IDriveSession } from '../session';
import { s3Path, type Location, type Row } from '../state';
import { IStorageClient } from '../tokens';
import { Uploads } from '../uploads';
import { LOOK, PANEL_ID, PANEL_PLUGIN } from './names';

/** What the panel shows and does; nothing is asked before the panel is seen. */
export const session: JupyterFrontEndPlugin<IDriveSession> = {
  id: '@eohub/storage:session',
  description: 'Holds what the S3 panel shows.',
  autoStart: true,
  provides: IDriveSession,
  requires: [IStorageClient, INotebookTracker],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    client: IStorageClient,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null
  ): IDriveSession => {
    const browse = new Browse(client);
    void followPageSize(browse, registry);
    return sessionOf(app, client, notebooks, browse);
  }
};

function sessionOf(
  app: JupyterFrontEnd,
  client: IStorageClient,
  notebooks: INotebookTracker,
  browse: Browse
): IDriveSession {
  const here = () => browse.store.get().location;
  const path = (row: Row) => ({ bucket: here()?.place.bucket ?? '', key: row.key });
  const address = (row: Row) => s3Path(path(row).bucket, row.key);
  const isData = (row: Row) =>
    app.commands.hasCommand(LOOK) && app.commands.isVisible(LOOK, { address: address(row) });
  const look = (row: Row) => attempt(() => app.commands.execute(LOOK, { address: address(row) }));
  const uploads = new Uploads(client, browse.store, mayReplace, location => {
    if (here() === location) {
      void browse.reload();
    }
  });
  return {
    browse,
    uploads,
    // Later, since the command palette gives the focus back to the notebook when it closes.
    show: () => void window.setTimeout(() => app.shell.activateById(PANEL_ID)),
    open: row => {
      const location = here();
      if (row.kind === 'prefix' && location !== null) {
        void browse.go({ ...location, prefix: row.key });
      } else if (isData(row)) {
        look(row);
      } else {
        const opened = `${DRIVE_NAME}:${localPath(path(row))}`;
        attempt(() => app.commands.execute('docmanager:open', { path: opened }));
      }
    },
    isData,
    look,
    download: row => attempt(async () => save(await client.downloadAddress(path(row)), row.name)),
    copyPath: row => {
      Clipboard.copyToSystem(address(row));
      Notification.success(`Copied ${address(row)}`, { autoClose: 3000 });
    },
    insertPath: row => {
      if (!insertAtCursor(app, notebooks, `"${address(row)}"`)) {
        Notification.info('Open a notebook first: the path goes where its cursor is.');
      }
    },
    remove: row => attempt(() => confirmAndRemove(client, browse, path(row), row)),
    newFolder: location => attempt(() => askForFolder(client, browse, location))
  };
}

async function mayReplace(name: string): Promise<boolean> {
  const answer = await showDialog({
    title: 'Replace the object?',
    body: `There is an object ${name} here already. What it holds will be gone.`,
    buttons: [Dialog.cancelButton({ label: 'Keep it' }), Dialog.warnButton({ label: 'Replace' })]
  });
  return answer.button.accept;
}

async function confirmAndRemove(
  client: IStorageClient,
  browse: Browse,
  path: { bucket: string; key: string },
  row: Row
): Promise<void> {
  const what = row.kind === 'prefix' ? 'the folder and everything in it' : 'the object';
  const answer = await showDialog({
    title: `Delete ${row.name}?`,
    body: `This deletes ${what} for good: ${s3Path(path.bucket, path.key)}`,
    defaultButton: 0,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Delete' })]
  });
  if (!answer.button.accept) {
    return;
  }
  const count = await removeAll(client, path);
  browse.forget(row.key);
  Notification.success(`Deleted ${count.toLocaleString('en')} object${count === 1 ? '' : 's'}`, {
    autoClose: 3000
  });
}

async function askForFolder(
  client: IStorageClient,
  browse: Browse,
  location: Location
): Promise<void> {
  const answer = await InputDialog.getText({ title: 'New folder', label: 'Name', okLabel: 'Make' });
  if (!answer.button.accept) {
    return;
  }
  const name = answer.value ?? '';
  const refusal = folderRefusal(name);
  if (refusal !== null) {
    Notification.error(refusal);
    return;
  }
  const prefix = `${location.prefix}${name}/`;
  await client.makePrefix(location.place.bucket, prefix);
  await browse.reload();
  browse.select(prefix);
}

function attempt(work: () => Promise<unknown>): void {
  work().catch((error: unknown) => toastProblem(problemOf(error)));
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noreferrer';
  link.click();
}

async function followPageSize(browse: Browse, registry: ISettingRegistry | null): Promise<void> {
  const settings = await registry?.load(PANEL_PLUGIN);
  const read = () => {
    const size = settings?.get('pageSize').composite;
    browse.pageSize = typeof size === 'number' ? size : browse.pageSize;
  };
  settings?.changed.connect(read);
  read();
}
