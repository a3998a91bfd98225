import { problemOf, type Problem } from '@eohub/toolkit';
import { insertCode } from '@eohub/toolkit/lib/insert';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';

/** What a person is told of code that was written for them. */
interface Told {
  readonly told?: string;
  readonly codeProblem: Problem | null;
}

/** Puts code into a notebook or on the clipboard, and tells what became of it. */
export function codeWriter(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  tell: (told: Told) => void
) {
  const written = async (
    code: Promise<string>,
    put: (source: string) => Promise<string> | string
  ) => {
    tell({ told: '', codeProblem: null });
    try {
      tell({ told: await put(await code), codeProblem: null });
    } catch (error) {
      tell({ codeProblem: problemOf(error) });
    }
  };
  return {
    insert: (code: Promise<string>) =>
      void written(
        code,
        async source =>
          `Inserted into ${await insertCode(app, notebooks as INotebookTracker, source, false)}`
      ),
    copy: (code: Promise<string>) =>
      void written(code, source => {
        Clipboard.copyToSystem(source);
        return 'Copied';
      })
  };
}
