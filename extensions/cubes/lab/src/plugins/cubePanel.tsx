import { ReactPanel, useStore } from '@eohub/toolkit';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ReactElement } from 'react';
import { coastsIn } from '../coasts';
import type { CubeView } from '../cubeView';
import { cubeIcon } from '../icons';
import type { CubeActions } from '../panel/context';
import { CubePage } from '../panel/CubePage';
import { codeWriter } from './codeWriter';

/** The view of a cube as a widget, which ends with it. */
export function cubePanel(
  app: JupyterFrontEnd,
  cube: CubeView,
  notebooks: INotebookTracker | null,
  id: string
): ReactPanel {
  const actions = actionsOf(app, cube, notebooks);
  const panel = new ReactPanel({
    id,
    title: `Data of ${cube.source.title}`,
    icon: cubeIcon,
    className: 'eohub-Cube',
    render: () => <Connected cube={cube} actions={actions} canInsert={notebooks !== null} />
  });
  panel.disposed.connect(() => cube.dispose());
  return panel;
}

function actionsOf(
  app: JupyterFrontEnd,
  cube: CubeView,
  notebooks: INotebookTracker | null
): CubeActions {
  const code = codeWriter(app, notebooks, told => cube.store.patch(told));
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
    insert: () => code.insert(cube.code()),
    copyCode: () => code.copy(cube.code()),
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
