/** A canvas that is as large as its place, sharp on every screen, and drawn with the theme. */

import * as React from 'react';

export interface IPalette {
  readonly text: string;
  readonly secondary: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly font: string;
  /** By a letter's colour, see `COLOURS`. */
  readonly series: readonly string[];
}

export type Paint = (
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  palette: IPalette
) => void;

const NAMES = ['text', 'secondary', 'line', 'surface', 'accent'] as const;

/** The theme's colours as a canvas takes them: a custom property alone may be a formula. */
export function paletteOf(element: Element): IPalette {
  const probe = document.createElement('span');
  element.parentElement?.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--smo-${name})`;
    return getComputedStyle(probe).color || 'gray';
  };
  const found = Object.fromEntries(NAMES.map(name => [name, colour(name)]));
  const series = [0, 1, 2, 3, 4, 5].map(place => colour(`series-${place}`));
  const { fontFamily } = getComputedStyle(probe);
  probe.remove();
  return {
    ...(found as Record<(typeof NAMES)[number], string>),
    series,
    font: fontFamily
  };
}

/**
 * Draws when `paint` is another function, when the place's size or the theme changes, and at
 * most once a frame.
 *
 * @param clears - false: `paint` itself takes away what was drawn before
 * @returns the canvas' size in pixels of the page
 */
export function useCanvas(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  paint: Paint,
  clears = true
): { width: number; height: number } {
  const [size, setSize] = React.useState({ width: 0, height: 0 });
  const [theme, nextTheme] = React.useReducer((times: number) => times + 1, 0);
  const palette = React.useRef<{ theme: number; colours: IPalette } | null>(null);
  React.useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) {
      return;
    }
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize(old =>
        old.width === width && old.height === height ? old : { width, height }
      );
    };
    measure();
    const resized =
      typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(measure);
    resized?.observe(element);
    const themed = new MutationObserver(nextTheme);
    themed.observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name']
    });
    return () => {
      resized?.disconnect();
      themed.disconnect();
    };
  }, [canvas]);
  React.useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context || size.width === 0 || size.height === 0) {
        return;
      }
      if (palette.current?.theme !== theme) {
        palette.current = { theme, colours: paletteOf(element) };
      }
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [size.width * ratio, size.height * ratio].map(
        Math.round
      ) as [number, number];
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (clears) {
        context.clearRect(0, 0, size.width, size.height);
      }
      paint(context, size, palette.current.colours);
    });
    return () => cancelAnimationFrame(frame);
  }, [canvas, paint, size, theme, clears]);
  return size;
}
