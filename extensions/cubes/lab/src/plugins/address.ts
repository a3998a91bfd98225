import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { Widget } from '@lumino/widgets';
import { cubeIcon } from '../icons';
import { addressFault, isNameOfData, sourceOf } from '../state';
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
      // Others ask whether what they have is data before they offer to look at it.
      isVisible: ({ address: given }) =>
        typeof given !== 'string' || isNameOfData(given.replace(/\/+$/, '')),
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

/** Its field is there before the dialog is, which gives it the focus. */
class AddressBody extends Widget implements Dialog.IBodyWidget<string> {
  private readonly field = document.createElement('input');

  constructor(typed: string, fault: string | null) {
    const label = document.createElement('label');
    super({ node: label });
    this.addClass('eohub-CubeAddress');
    this.field.className = 'jp-mod-styled';
    this.field.placeholder = 's3://bucket/cube.zarr, https://... or a path on this server';
    this.field.spellcheck = false;
    this.field.value = typed;
    label.append('Address', this.field);
    if (fault !== null) {
      const told = document.createElement('span');
      told.textContent = fault;
      told.setAttribute('role', 'alert');
      this.field.setAttribute('aria-invalid', 'true');
      label.append(told);
    }
  }

  getValue(): string {
    return this.field.value;
  }
}
