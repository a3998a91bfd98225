import { problemOf, ReactPanel, useStore } from '@eohub/toolkit';
import { insertCode } from '@eohub/toolkit/lib/insert';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { ReactElement } from 'react';
import { coastsIn } from '../coasts';
import { CubeView } from '../cubeView';
import { cubeIcon } from '../icons';
import type { CubeActions } from '../panel/context';
import { CubePage } from '../panel/CubePage';
import { isSource, lookingOf } from '../state';
import { ICubes, ICubesClient, type DataSource } from '../tokens';
import { OPEN } from './names';

const NAMESPACE = 'eohub-cube';

type CubeWidget = MainAreaWidget<ReactPanel>;

/** The view of some data in the main area, one for each source. */
export const view: JupyterFrontEndPlugin<ICubes> = {
  id: '@eohub/cubes:view',
  description: 'Opens data: its size, a slice, a series, and the code that reads it.',
  autoStart: true,
  provides: ICubes,
  requires: [ICubesClient],
  optional: [ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    client: ICubesClient,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ): ICubes => {
    const tracker = new WidgetTracker<CubeWidget>({ namespace: NAMESPACE });
    const views = new WeakMap<CubeWidget, CubeView>();
    app.commands.addCommand(OPEN, {
      label: 'Open the View of Some Data',
      describedBy: { args: ARGUMENTS },
      execute: ({ source, looking }) => {
        if (!isSource(source)) {
          throw new Error('Which data is to be opened?');
        }
        const id = idOf(source);
        let widget = tracker.find(each => each.id === id);
        if (!widget) {
          const cube = new CubeView(client, source, lookingOf(looking));
          const made = (widget = widgetOf(
            cube,
            actionsOf(app, cube, notebooks),
            notebooks !== null
          ));
          views.set(made, cube);
          app.shell.add(made, 'main', { type: 'Data' });
          void tracker.add(made);
          keepLooking(cube, () => void tracker.save(made));
          cube.load();
        }
        app.shell.activateById(id);
        return widget;
      }
    });
    void restorer?.restore(tracker, {
      command: OPEN,
      args: widget => argumentsOf(views.get(widget) as CubeView),
      name: widget => widget.id
    });
    return {
      open: (source, asset) => {
        const id = idOf(source);
        const there = tracker.find(each => each.id === id);
        const looking = asset === undefined ? {} : { looking: { asset } };
        void app.commands.execute(OPEN, { source: plain(source), ...looking });
        if (there && asset !== undefined) {
          views.get(there)?.enter({ asset });
        }
      },
      code: source => client.code({ source, asset: null, group: null, selection: null })
    };
  }
};

const ARGUMENTS = {
  type: 'object',
  properties: {
    source: { type: 'object', description: 'A title and assets, each with a key and an href' },
    looking: {
      type: 'object',
      description: 'Asset, group, variable, steps and ranges to begin with'
    }
  },
  required: ['source']
} as const;

function plain(value: object): ReadonlyJSONObject {
  return value as ReadonlyJSONObject;
}

function argumentsOf(cube: CubeView): ReadonlyJSONObject {
  return { source: plain(cube.source), looking: plain(cube.store.get().looking) };
}

/** The same for the same item, or for the same address. */
function idOf({ item, assets }: DataSource): string {
  const place = item ? [item.catalogue, item.collection, item.item] : [assets[0]?.href];
  return `${NAMESPACE}-${encodeURIComponent(JSON.stringify([...place, assets.length]))}`;
}

function keepLooking(cube: CubeView, save: () => void): void {
  let { looking } = cube.store.get();
  cube.store.subscribe(() => {
    const now = cube.store.get().looking;
    if (now !== looking) {
      looking = now;
      save();
    }
  });
}

function widgetOf(cube: CubeView, actions: CubeActions, canInsert: boolean): CubeWidget {
  const { source } = cube;
  const id = idOf(source);
  const content = new ReactPanel({
    id: `${id}-content`,
    title: `Data of ${source.title}`,
    icon: cubeIcon,
    className: 'eohub-Cube',
    render: () => <Connected cube={cube} actions={actions} canInsert={canInsert} />
  });
  const widget = new MainAreaWidget({ content });
  widget.id = id;
  // It has no buttons there, and would be an empty line.
  widget.toolbar.hide();
  widget.title.label = source.title;
  widget.title.closable = true;
  widget.disposed.connect(() => cube.dispose());
  return widget;
}

function actionsOf(
  app: JupyterFrontEnd,
  cube: CubeView,
  notebooks: INotebookTracker | null
): CubeActions {
  const written = async (put: (source: string) => Promise<string> | string) => {
    cube.store.patch({ told: '', codeProblem: null });
    try {
      cube.store.patch({ told: await put(await cube.code()) });
    } catch (error) {
      cube.store.patch({ codeProblem: problemOf(error) });
    }
  };
  return {
    load: () => cube.load(true),
    enter: place => cube.enter(place),
    choose: variable => cube.choose(variable),
    turn: plane => cube.turn(plane),
    include: (variable, isIn) => cube.include(variable, isIn),
    step: (dimension, index) => cube.step(dimension, index),
    take: (dimension, range) => cube.take(dimension, range),
    apply: selection => cube.apply(selection),
    locate: (dimension, text) => cube.locate(dimension, text),
    colour: colouring => cube.colour(colouring),
    readAnyway: () => cube.readAnyway(),
    lookAgain: () => cube.lookAgain(),
    weighAgain: () => cube.weigh(),
    runAgain: () => cube.run(),
    pick: cell => cube.pick(cell),
    runAlong: dimension => cube.runAlong(dimension),
    showMembers: all => cube.showMembers(all),
    play: dimension => cube.play(dimension),
    stop: what => cube[what].stop(),
    insert: () =>
      void written(
        async source =>
          `Inserted into ${await insertCode(app, notebooks as INotebookTracker, source, false)}`
      ),
    copyCode: () =>
      void written(source => {
        Clipboard.copyToSystem(source);
        return 'Copied';
      }),
    copy: text => Clipboard.copyToSystem(text)
  };
}

interface Props {
  readonly cube: CubeView;
  readonly actions: CubeActions;
  readonly canInsert: boolean;
}

function Connected({ cube, actions, canInsert }: Props): ReactElement {
  return (
    <CubePage
      source={cube.source}
      state={useStore(cube.store)}
      description={useStore(cube.description.store)}
      estimate={useStore(cube.estimate.store)}
      preview={useStore(cube.preview.store)}
      series={useStore(cube.series.store)}
      coasts={coastsIn}
      canInsert={canInsert}
      actions={actions}
    />
  );
}
