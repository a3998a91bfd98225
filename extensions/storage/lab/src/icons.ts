import {
  caretUpEmptyThinIcon,
  closeIcon,
  fileIcon,
  fileUploadIcon,
  folderIcon,
  LabIcon,
  newFolderIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import { createElement } from 'react';
import type { PanelIcons } from './panel/icons';

/**
 * A bucket. JupyterLab's themes fill whatever has the class and the attribute `fill`, so the shape is kept
 * empty from outside.
 */
export const storageIcon = new LabIcon({
  name: 'eohub:storage',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g fill="none" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
    <g class="jp-icon3" stroke="#616161">
      <ellipse cx="12" cy="5.5" rx="8.5" ry="3"/>
      <path d="M3.5 5.5 6 19.5c.3 1.2 2.800 2 6 2s5.700-.8 6-2l2.500-14"/>
      <path d="M4.800 12.500c1.200 1.100 4 1.800 7.200 1.800s6-.7 7.200-1.800"/>
    </g>
  </g>
</svg>`
});

const drawn = (icon: LabIcon) => () =>
  createElement(icon.react, {
    tag: 'span',
    className: 'eohub-S3-icon',
    width: '16px',
    height: '16px'
  });

/** JupyterLab's icons for the panel, which does not import them itself. */
export const panelIcons: PanelIcons = {
  bucket: drawn(storageIcon),
  folder: drawn(folderIcon),
  file: drawn(fileIcon),
  newFolder: drawn(newFolderIcon),
  upload: drawn(fileUploadIcon),
  refresh: drawn(refreshIcon),
  up: drawn(caretUpEmptyThinIcon),
  close: drawn(closeIcon)
};
