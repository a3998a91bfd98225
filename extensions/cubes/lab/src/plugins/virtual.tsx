import { ReactPanel, useStore } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ReactElement } from 'react';
import { cubeIcon } from '../icons';
import { VirtualPage, type VirtualActions } from '../panel/VirtualPage';
import { sourceOf } from '../state';
import { ICubes, ICubesClient } from '../tokens';
import { draftOf, EMPTY_DRAFT } from '../virtual';
import { VirtualCubes } from '../virtualCubes';
import { codeWriter } from './codeWriter';
import { CATEGORY, MAKE_VIRTUAL } from './names';

const ID = 'eohub-virtual-cubes';
const TITLE = 'Virtual cubes';

type VirtualWidget = MainAreaWidget<ReactPanel>;

/** Makes one cube of many files, on a page of the main area. */
export const virtual: JupyterFrontEndPlugin<void> = {
  id: '@eohub/cubes:virtual',
  description: 'Makes one cube of many files without copying their values.',
  autoStart: true,
  requires: [ICubesClient, ICubes],
  optional: [ICommandPalette, ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    client: ICubesClient,
    cubes: ICubes,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ): void => {
    const tracker = new WidgetTracker<VirtualWidget>({ namespace: ID });
    let making: VirtualCubes | null = null;
    app.commands.addCommand(MAKE_VIRTUAL, {
      label: 'Make a Virtual Cube...',
      caption: 'Make one cube of many netCDF-4 files without copying their values',
      icon: cubeIcon,
      describedBy: { args: ARGUMENTS },
      execute: args => {
        const made = (making ??= new VirtualCubes(client));
        made.type(draftOf(args));
        let widget = tracker.find(each => each.id === ID);
        if (!widget) {
          const actions = actionsOf(app, made, cubes, notebooks);
          const added = (widget = widgetOf(made, actions, notebooks !== null));
          added.disposed.connect(() => {
            made.dispose();
            making = null;
          });
          app.shell.add(added, 'main', { type: 'Data' });
          void tracker.add(added);
          keepDraft(made, () => void tracker.save(added));
        }
        made.load();
        app.shell.activateById(ID);
        return widget;
      }
    });
    palette?.addItem({ command: MAKE_VIRTUAL, category: CATEGORY });
    void restorer?.restore(tracker, {
      command: MAKE_VIRTUAL,
      args: () => argumentsOf(making),
      name: () => ID
    });
  }
};

const ARGUMENTS = {
  type: 'object',
  properties: {
    addresses: {
      type: 'array',
      items: { type: 'string' },
      description: 'Files to join: s3://, https:// or paths'
    },
    join: { type: 'string', description: 'Dimension along which they follow each other' },
    target: { type: 'string', description: 'Where the cube is made, ending in .icechunk' }
  }
} as const;

function argumentsOf(making: VirtualCubes | null): ReadonlyPartialJSONObject {
  const { addresses, join, target } = making?.store.get().draft ?? EMPTY_DRAFT;
  return { addresses: addresses.split('\n'), join, target };
}

function keepDraft(making: VirtualCubes, save: () => void): void {
  let { draft } = making.store.get();
  making.store.subscribe(() => {
    const now = making.store.get().draft;
    if (now !== draft) {
      draft = now;
      save();
    }
  });
}

function widgetOf(
  making: VirtualCubes,
  actions: VirtualActions,
  canInsert: boolean
): VirtualWidget {
  const content = new ReactPanel({
    id: `${ID}-content`,
    title: TITLE,
    icon: cubeIcon,
    className: 'eohub-Cube',
    firstField: 'textarea',
    render: () => <Connected making={making} actions={actions} canInsert={canInsert} />
  });
  const widget = new MainAreaWidget({ content });
  widget.id = ID;
  // It has no buttons there, and would be an empty line.
  widget.toolbar.hide();
  widget.title.label = TITLE;
  widget.title.closable = true;
  return widget;
}

function actionsOf(
  app: JupyterFrontEnd,
  making: VirtualCubes,
  cubes: ICubes,
  notebooks: INotebookTracker | null
): VirtualActions {
  const code = codeWriter(app, notebooks, told => making.store.patch(told));
  return {
    type: change => making.type(change),
    make: () => void making.make(),
    load: () => making.load(),
    cancel: job => void making.cancel(job),
    again: job => void making.again(job),
    leaveOut: job => making.leaveOut(job),
    look: ({ target }) => cubes.open(sourceOf(target)),
    insert: ({ target }) => code.insert(cubes.code(sourceOf(target))),
    copyCode: ({ target }) => code.copy(cubes.code(sourceOf(target))),
    copy: text => Clipboard.copyToSystem(text)
  };
}

interface Props {
  readonly making: VirtualCubes;
  readonly actions: VirtualActions;
  readonly canInsert: boolean;
}

function Connected({ making, actions, canInsert }: Props): ReactElement {
  return <VirtualPage state={useStore(making.store)} canInsert={canInsert} actions={actions} />;
}
