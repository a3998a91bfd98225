import { toastProblem } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { inWords } from '../panel/format';
import { ILifetimeSession } from '../session';
import { ILifetimeClient } from '../tokens';
import { browserTiming, LifetimeWatch } from '../watch';

const SAVE_ALL = 'docmanager:save-all';

/** Knows when the server ends; begins to ask when the Lab is there. */
export const session: JupyterFrontEndPlugin<ILifetimeSession> = {
  id: '@eohub/lifetime:session',
  description: 'Holds what is known of the end of this server.',
  autoStart: true,
  provides: ILifetimeSession,
  requires: [ILifetimeClient],
  activate: (app: JupyterFrontEnd, client: ILifetimeClient): ILifetimeSession => {
    const saveAll = () => {
      if (app.commands.hasCommand(SAVE_ALL) && app.commands.isEnabled(SAVE_ALL)) {
        void app.commands.execute(SAVE_ALL);
      }
    };
    const watch = new LifetimeWatch(client, browserTiming, saveAll);
    void app.restored.then(() => watch.begin());
    return { watch, saveAll, keep: () => void keep(watch) };
  }
};

async function keep(watch: LifetimeWatch): Promise<void> {
  const wanted = watch.store.get().said?.ending?.keep_seconds ?? 0;
  const problem = await watch.keep();
  if (problem) {
    toastProblem(problem);
  } else {
    Notification.success(`This server is kept for ${inWords(wanted)}.`, { autoClose: 5000 });
  }
}
