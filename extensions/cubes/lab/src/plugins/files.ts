import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { cubeIcon } from '../icons';
import { isNameOfData, sourceOf } from '../state';
import { ICubes } from '../tokens';
import { OPEN_FILE } from './names';

/** Looks at a file or store that is selected in the file browser. */
export const files: JupyterFrontEndPlugin<void> = {
  id: '@eohub/cubes:files',
  description: 'Looks at the data in a file of the file browser.',
  autoStart: true,
  requires: [ICubes, IFileBrowserFactory],
  activate: (app: JupyterFrontEnd, cubes: ICubes, factory: IFileBrowserFactory): void => {
    const selected = () => {
      const [first, second] = factory.tracker.currentWidget?.selectedItems() ?? [];
      return first && !second && isNameOfData(first.name) ? first : null;
    };
    app.commands.addCommand(OPEN_FILE, {
      label: 'Look at the Data',
      caption: 'Its variables, its size and a slice, before a notebook reads it',
      icon: cubeIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => selected() !== null,
      execute: () => {
        const item = selected();
        if (item) {
          cubes.open(sourceOf(item.path));
        }
      }
    });
    app.contextMenu.addItem({
      command: OPEN_FILE,
      selector: '.jp-DirListing-item',
      rank: 0
    });
  }
};
