/** A canvas that jsdom lacks: it remembers what was drawn, and has a size. */

import { vi } from 'vitest';

export interface IDrawn {
  readonly strokes: Array<{ colour: string; dash: readonly number[]; points: number }>;
  readonly texts: string[];
}

/** Canvases of 600 by 300 pixels until the test is over; frames come when they are let. */
export function withCanvas(): { drawn: IDrawn; frame(): void } {
  const drawn: IDrawn = { strokes: [], texts: [] };
  let points = 0;
  let dash: readonly number[] = [];
  const context = {
    strokeStyle: '',
    canvas: { width: 600, height: 300 },
    beginPath: () => (points = 0),
    moveTo: () => (points += 1),
    lineTo: () => (points += 1),
    setLineDash: (next: readonly number[]) => (dash = next),
    stroke: () => drawn.strokes.push({ colour: context.strokeStyle, dash, points }),
    fillText: (text: string) => drawn.texts.push(text),
    measureText: (text: string) => ({ width: text.length * 6 }),
    ...Object.fromEntries(
      [
        'save',
        'restore',
        'clip',
        'rect',
        'arc',
        'fill',
        'clearRect',
        'setTransform',
        'getTransform',
        'drawImage'
      ].map(name => [name, () => undefined])
    )
  };
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(300);
  let waiting: FrameRequestCallback[] = [];
  vi.spyOn(window, 'requestAnimationFrame').mockImplementation(
    callback => waiting.push(callback) * 1000
  );
  vi.spyOn(window, 'cancelAnimationFrame').mockImplementation(id => {
    waiting[id / 1000 - 1] = () => undefined;
  });
  return {
    drawn,
    frame: () => {
      for (let times = 0; waiting.length > 0 && times < 100; times += 1) {
        const now = waiting;
        waiting = [];
        now.forEach(callback => callback(times * 16));
      }
    }
  };
}
