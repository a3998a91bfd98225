import { LabIcon } from '@jupyterlab/ui-components';

/** A cube of cells. */
export const cubeIcon = new LabIcon({
  name: 'eohub:cube',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g fill="none" stroke-width="1.8" stroke-linejoin="round">
    <g class="jp-icon3 jp-icon-selectable" stroke="#616161">
      <path d="M12 2.5l8.5 4.7v9.6L12 21.5l-8.5-4.7V7.2z"/>
      <path d="M3.5 7.2L12 12l8.5-4.8M12 12v9.5M7.7 4.9l8.6 4.8v9.5"/>
    </g>
  </g>
</svg>`
});
