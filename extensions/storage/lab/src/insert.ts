import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';

/** Write `text` where the cursor of the current notebook is; false where there is no notebook. */
export function insertAtCursor(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  text: string
): boolean {
  const editor = notebooks.activeCell?.editor;
  const notebook = notebooks.currentWidget;
  if (!editor || notebook === null) {
    return false;
  }
  editor.replaceSelection?.(text);
  app.shell.activateById(notebook.id);
  editor.focus();
  return true;
}
