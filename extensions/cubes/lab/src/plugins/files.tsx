import type { ReactPanel } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import {
  ABCWidgetFactory,
  Base64ModelFactory,
  DocumentWidget,
  type DocumentRegistry
} from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { CubeView } from '../cubeView';
import { cubeIcon } from '../icons';
import { isNameOfData, sourceOf } from '../state';
import { ICubes, ICubesClient } from '../tokens';
import { cubePanel } from './cubePanel';
import { OPEN_FILE } from './names';

/** Kinds of files that open by a double click; JupyterLab has others for text. */
const FILE_TYPES = [
  {
    name: 'netcdf',
    displayName: 'netCDF file',
    extensions: ['.nc', '.nc4', '.cdf', '.h5', '.hdf5', '.he5']
  },
  { name: 'geotiff', displayName: 'GeoTIFF file', extensions: ['.tif', '.tiff'] },
  { name: 'grib', displayName: 'GRIB file', extensions: ['.grib', '.grib2', '.grb', '.grb2'] },
  { name: 'geopackage', displayName: 'GeoPackage', extensions: ['.gpkg'] },
  { name: 'flatgeobuf', displayName: 'FlatGeobuf file', extensions: ['.fgb'] },
  { name: 'parquet', displayName: 'Parquet file', extensions: ['.parquet', '.geoparquet'] }
];
const FACTORY = 'Data View';
const MODEL = 'eohub-data';

type DataDocument = DocumentWidget<ReactPanel>;

/** Opens files of data from the file browser, and folders that are stores. */
export const files: JupyterFrontEndPlugin<void> = {
  id: '@eohub/cubes:files',
  description: 'Opens data from the file browser.',
  autoStart: true,
  requires: [ICubesClient, ICubes],
  optional: [ILayoutRestorer, INotebookTracker, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    client: ICubesClient,
    cubes: ICubes,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    browsers: IFileBrowserFactory | null
  ): void => {
    const { docRegistry } = app;
    for (const { name, displayName, extensions } of FILE_TYPES) {
      docRegistry.addFileType({ name, displayName, extensions, fileFormat: null, icon: cubeIcon });
    }
    docRegistry.addModelFactory(new Unread());
    const names = FILE_TYPES.map(({ name }) => name);
    const factory = new DataFactory(
      { name: FACTORY, modelName: MODEL, fileTypes: names, defaultFor: names, readOnly: true },
      path => {
        const cube = new CubeView(client, sourceOf(path));
        cube.load();
        return cubePanel(app, cube, notebooks, '');
      }
    );
    docRegistry.addWidgetFactory(factory);
    const tracker = new WidgetTracker<DataDocument>({ namespace: 'eohub-data-file' });
    factory.widgetCreated.connect((_, widget) => void tracker.add(widget));
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path
    });
    if (browsers !== null) {
      addToMenu(app, cubes, browsers);
    }
  }
};

/** What is chosen in the file browser opens by the menu of its row: a store is a folder, which it enters. */
function addToMenu(app: JupyterFrontEnd, cubes: ICubes, browsers: IFileBrowserFactory): void {
  const selected = () => {
    const [first, second] = browsers.tracker.currentWidget?.selectedItems() ?? [];
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
        cubes.open(sourceOf(app.serviceManager.contents.localPath(item.path)));
      }
    }
  });
  app.contextMenu.addItem({ command: OPEN_FILE, selector: '.jp-DirListing-item', rank: 0 });
}

/** A document whose bytes are never sent to the browser, however large it is. */
class Unread extends Base64ModelFactory {
  override get name(): string {
    return MODEL;
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }
}

class DataFactory extends ABCWidgetFactory<DataDocument> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DataDocument>,
    private readonly panelOf: (path: string) => ReactPanel
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DataDocument {
    const widget = new DocumentWidget({ content: this.panelOf(context.localPath), context });
    // It has no buttons there, and would be an empty line.
    widget.toolbar.hide();
    return widget;
  }
}
