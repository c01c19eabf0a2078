/** Our icons where JupyterLab draws them: side bar, menus, toolbars, launcher. */

import { LabIcon } from '@jupyterlab/ui-components';

import { SHAPES, type IconName, type Shape } from './shapes';

/** What JupyterLab recolours with the theme. */
const GREY = '#616161';

function svg(shape: Shape): string {
  const paths = shape.map(([stroke, d]) =>
    stroke === 'fill'
      ? `<path class="jp-icon3" fill="${GREY}" d="${d}"/>`
      : `<path class="jp-icon3" stroke="${GREY}" style="fill:none" stroke-width="1.5" d="${d}"/>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">${paths.join('')}</svg>`;
}

function icon(name: IconName): LabIcon {
  return new LabIcon({ name: `sm-onboard:${name}`, svgstr: svg(SHAPES[name]) });
}

export const compassIcon = icon('compass');
export const domainIcon = icon('person');
export const experimentsIcon = icon('star');
export const doctorIcon = icon('doctor');
export const againIcon = icon('again');
export const addIcon = icon('add');
export const startIcon = icon('start');
export const linkIcon = icon('link');
