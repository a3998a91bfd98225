import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { linesOf } from '../panel/format';
import { ILifetimeSession } from '../session';

const CATEGORY = 'Server';
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** Every action as a command, in the palette too. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: '@eohub/lifetime:commands',
  description: 'Adds the commands about the end of this server.',
  autoStart: true,
  requires: [ILifetimeSession],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: ILifetimeSession,
    palette: ICommandPalette | null
  ): void => {
    const { store } = session.watch;
    app.commands.addCommand('eohub-lifetime:keep', {
      label: 'Keep This Server for Longer',
      describedBy: NO_ARGUMENTS,
      isEnabled: () => (store.get().said?.ending?.keep_seconds ?? null) !== null,
      execute: () => session.keep()
    });
    app.commands.addCommand('eohub-lifetime:show', {
      label: 'Show When This Server Ends',
      describedBy: NO_ARGUMENTS,
      isVisible: () => store.get().said !== null,
      execute: () => show(session)
    });
    for (const command of ['eohub-lifetime:show', 'eohub-lifetime:keep']) {
      palette?.addItem({ command, category: CATEGORY });
    }
    store.subscribe(() => app.commands.notifyCommandChanged());
  }
};

async function show(session: ILifetimeSession): Promise<void> {
  const { said } = session.watch.store.get();
  if (said !== null) {
    await showDialog({
      title: 'When this server ends',
      body: (
        <div>
          {linesOf(said).map(line => (
            <p key={line}>{line}</p>
          ))}
        </div>
      ),
      buttons: [Dialog.okButton()]
    });
  }
}
