import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, ReactWidget, showDialog } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import type { ReactElement } from 'react';
import { cubeIcon } from '../icons';
import { addressFault, sourceOf } from '../state';
import { ICubes } from '../tokens';
import { CATEGORY, OPEN_ADDRESS } from './names';

/** Opens data whose address a person knows. */
export const address: JupyterFrontEndPlugin<void> = {
  id: '@eohub/cubes:address',
  description: 'Opens data by its address.',
  autoStart: true,
  requires: [ICubes],
  optional: [ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    cubes: ICubes,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    app.commands.addCommand(OPEN_ADDRESS, {
      label: 'Open Data by Address...',
      caption: 'Look at a zarr store, a netCDF, GeoTIFF or GRIB file, a table or vector data',
      icon: cubeIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { address: { type: 'string', description: 's3://, https:// or a path' } }
        }
      },
      execute: async args => {
        const given = typeof args['address'] === 'string' ? args['address'] : await ask();
        if (given !== null) {
          cubes.open(sourceOf(given));
        }
      }
    });
    palette?.addItem({ command: OPEN_ADDRESS, category: CATEGORY });
    launcher?.add({ command: OPEN_ADDRESS, category: CATEGORY, rank: 0 });
  }
};

/** Ask until an address was typed or the dialog was closed. */
async function ask(): Promise<string | null> {
  let [typed, fault]: [string, string | null] = ['', null];
  do {
    const body = new AddressBody(typed, fault);
    const { button, value } = await showDialog<string>({
      title: 'Open Data by Address',
      body,
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Open' })],
      focusNodeSelector: 'input'
    });
    if (!button.accept) {
      return null;
    }
    typed = (value ?? '').trim();
    fault = addressFault(typed);
  } while (fault !== null);
  return typed;
}

class AddressBody extends ReactWidget implements Dialog.IBodyWidget<string> {
  constructor(
    private typed: string,
    private readonly fault: string | null
  ) {
    super();
  }

  getValue(): string {
    return this.node.querySelector('input')?.value ?? this.typed;
  }

  protected override render(): ReactElement {
    return (
      <label className="eohub-CubeAddress">
        Address
        <input
          type="text"
          className="jp-mod-styled"
          placeholder="s3://bucket/cube.zarr, https://... or a path on this server"
          defaultValue={this.typed}
          aria-invalid={this.fault !== null}
          spellCheck={false}
        />
        {this.fault !== null && <span role="alert">{this.fault}</span>}
      </label>
    );
  }
}
