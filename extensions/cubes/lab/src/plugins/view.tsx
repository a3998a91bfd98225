import type { ReactPanel } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { CubeView } from '../cubeView';
import { isSource, lookingOf } from '../state';
import { ICubes, ICubesClient, type DataSource } from '../tokens';
import { cubePanel } from './cubePanel';
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
          const content = cubePanel(app, cube, notebooks, `${id}-content`);
          const made = (widget = widgetOf(content, source));
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

function widgetOf(content: ReactPanel, source: DataSource): CubeWidget {
  const widget = new MainAreaWidget({ content });
  widget.id = idOf(source);
  // It has no buttons there, and would be an empty line.
  widget.toolbar.hide();
  widget.title.label = source.title;
  widget.title.closable = true;
  return widget;
}
