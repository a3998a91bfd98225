import {
  addIcon,
  caretDownIcon,
  closeIcon,
  codeIcon,
  LabIcon,
  linkIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import { createElement } from 'react';
import type { PanelIcons } from './panel/context';

/**
 * A globe under a magnifier. JupyterLab's themes fill whatever has the class and the attribute `fill`, so the
 * shape is kept empty from outside.
 */
export const catalogueIcon = new LabIcon({
  name: 'eohub:catalogue',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g fill="none" stroke-width="1.8" stroke-linecap="round">
    <g class="jp-icon3" stroke="#616161">
      <circle cx="10.5" cy="10.5" r="7.5"/>
      <path d="M3 10.5h15M10.5 3c-5 4.6-5 10.4 0 15M10.5 3c5 4.6 5 10.4 0 15"/>
      <path d="M16.2 16.2 21.5 21.5" stroke-width="2.4"/>
    </g>
  </g>
</svg>`
});

const drawn = (icon: LabIcon) => () =>
  createElement(icon.react, {
    tag: 'span',
    className: 'eohub-Icon',
    width: '14px',
    height: '14px'
  });

/** JupyterLab's icons for the panel, which does not import them itself. */
export const panelIcons: PanelIcons = {
  add: drawn(addIcon),
  caret: drawn(caretDownIcon),
  close: drawn(closeIcon),
  code: drawn(codeIcon),
  link: drawn(linkIcon),
  refresh: drawn(refreshIcon),
  stop: drawn(stopIcon)
};
