import type { JupyterFrontEnd } from '@jupyterlab/application';
import { isCodeCellModel } from '@jupyterlab/cells';
import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

/**
 * Put `source` into the notebook that was used last, or into a new one where none is open or where `isNew`;
 * returns its name. The active cell is filled where it is empty, otherwise a cell is added below it: one step to undo.
 */
export async function insertCode(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  source: string,
  isNew: boolean
): Promise<string> {
  const panel = (isNew ? null : tracker.currentWidget) ?? (await newNotebook(app));
  await panel.context.ready;
  app.shell.activateById(panel.id);
  place(panel, source);
  return panel.title.label;
}

async function newNotebook(app: JupyterFrontEnd): Promise<NotebookPanel> {
  await app.serviceManager.kernelspecs.ready;
  const kernelName = app.serviceManager.kernelspecs.specs?.default;
  const panel: NotebookPanel = await app.commands.execute('notebook:create-new', {
    kernelName,
    activate: true
  });
  await panel.context.ready;
  return panel;
}

function place(panel: NotebookPanel, source: string): void {
  const notebook = panel.content;
  const model = notebook.model;
  if (!model) {
    throw new Error('The notebook has no document');
  }
  const active = notebook.activeCell;
  const blank =
    active && isCodeCellModel(active.model) && active.model.sharedModel.getSource().trim() === '';
  if (blank) {
    active.model.sharedModel.setSource(source);
  } else {
    const index = notebook.activeCellIndex + 1;
    model.sharedModel.insertCell(index, { cell_type: 'code', source, metadata: { trusted: true } });
    notebook.activeCellIndex = index;
  }
  notebook.deselectAll();
  notebook.mode = 'command';
  void NotebookActions.focusActiveCell(notebook, { waitUntilReady: true, preventScroll: false });
}
