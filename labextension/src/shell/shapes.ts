/**
 * Our icons as paths of a 16 by 16 field. A state is told by shape and by word, so that
 * colour is never needed.
 *
 * - `fill`: an area
 * - `line`: a stroke of 1.5
 * - `dash`: a broken stroke
 * - `cut`: a stroke in the surface's colour, on top of an area
 * - `faint`: a stroke that only hints
 */

export type Stroke = 'fill' | 'line' | 'dash' | 'cut' | 'faint';
export type Shape = ReadonlyArray<readonly [Stroke, string]>;

const CIRCLE = 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z';

const PADLOCK = [
  [
    'fill',
    'M4 7V5a4 4 0 0 1 8 0v2h.5A1.5 1.5 0 0 1 14 8.5v5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-5A1.5 1.5 0 0 1 3.5 7zm1.6 0h4.8V5a2.4 2.4 0 0 0-4.8 0z'
  ]
] as const;

export const SHAPES = {
  /** Tick: done. */
  done: [
    ['fill', CIRCLE],
    ['cut', 'M5 8.2l2.2 2.2L11.2 6']
  ],
  /** Ring with arrow: behind. */
  behind: [
    ['line', CIRCLE],
    ['line', 'M8 4.8v6M5.4 8.4L8 11l2.6-2.6']
  ],
  /** Triangle: something is in the way. */
  inTheWay: [
    ['fill', 'M8 1.6l6.9 12.2a.6.6 0 0 1-.5.9H1.6a.6.6 0 0 1-.5-.9z'],
    ['cut', 'M8 6v4M8 12v.2']
  ],
  /** Octagon: failed. */
  failed: [
    ['fill', 'M5.2 1.4h5.6l3.8 3.8v5.6l-3.8 3.8H5.2l-3.8-3.8V5.2z'],
    ['cut', 'M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8']
  ],
  /** Arc: in progress. The style turns it. */
  working: [
    ['faint', CIRCLE],
    ['line', 'M8 1.5a6.5 6.5 0 0 1 6.5 6.5']
  ],
  /** Dashed clock: waiting. */
  waiting: [
    ['dash', CIRCLE],
    ['line', 'M8 4.5V8l2.4 1.6']
  ],
  /** Ring with bar: not reached, or not for this person. */
  skipped: [
    ['line', CIRCLE],
    ['line', 'M4.8 8h6.4']
  ],
  /** Square: stopped. */
  stopped: [
    ['fill', 'M3 2h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1z'],
    ['cut', 'M5.6 5.6h4.8v4.8H5.6z']
  ],
  /** Two branches that part: both sides have commits. */
  diverged: [
    ['line', 'M8 14.5V9.5M8 9.5C8 6 3 7 3 2.5M8 9.5C8 6 13 7 13 2.5'],
    ['line', 'M1.2 4.2L3 2.2l1.8 2M11.2 4.2l1.8-2 1.8 2']
  ],
  /** A key in a lock's place: somebody else's folder. */
  foreign: PADLOCK,
  /** Padlock with its keyhole: denied. */
  denied: [...PADLOCK, ['cut', 'M8 9.6v2.4']],
  /** Play: running. */
  running: [
    ['fill', CIRCLE],
    ['cut', 'M6.4 5v6l4.8-3z']
  ],
  /** Moon: idle. */
  idle: [['fill', 'M9.2 1.7a6.3 6.3 0 1 0 5 8.9A5.4 5.4 0 0 1 9.2 1.7z']],
  team: [
    [
      'fill',
      'M5.4 3.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 1 1 0-4.6zM1 13c0-2.6 1.9-4.2 4.4-4.2S9.8 10.4 9.8 13zM11 3.8a2 2 0 1 1 0 4a2 2 0 1 1 0-4zM11 13h4c0-2.4-1.6-4-4-4-.5 0-.9.1-1.3.2A5 5 0 0 1 11 13z'
    ]
  ],
  star: [['fill', 'M8 1.2l2 4.4 4.8.5-3.6 3.2 1 4.7L8 11.6 3.8 14l1-4.7L1.2 6.1 6 5.6z']],
  search: [['line', 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM10.3 10.3L14 14']],
  launch: [['line', 'M9.5 2.5h4v4M13.2 2.8L8 8M7 3.5H2.5v10h10V9']],
  folder: [
    [
      'fill',
      'M1.5 3.5a1 1 0 0 1 1-1h3.7l1.5 1.7h5.8a1 1 0 0 1 1 1v7.3a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z'
    ]
  ],
  file: [['line', 'M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3']],
  branch: [
    ['line', 'M5 5v6M5 8.5c4 0 6-.5 6-3'],
    [
      'fill',
      'M5 1.7a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6zM5 10.7a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6zM11 2.7a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6z'
    ]
  ],
  cross: [['line', 'M4 4l8 8M12 4l-8 8']],
  more: [
    [
      'fill',
      'M8 2.2a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 1 1 0-2.6zM8 6.7a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 1 1 0-2.6zM8 11.2a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 1 1 0-2.6z'
    ]
  ],
  again: [['line', 'M13 8a5 5 0 1 1-1.5-3.6M13.2 1.8v3.2H10']],
  update: [['line', 'M8 2v7.5M4.8 6.5L8 9.7l3.2-3.2M3 13.3h10']],
  undo: [['line', 'M2.8 5.5h6.7a3.7 3.7 0 0 1 0 7.4H5M5.8 2.3L2.6 5.5l3.2 3.2']],
  opened: [['fill', 'M3.5 6h9L8 11z']],
  closed: [['fill', 'M6 3.5v9L11 8z']],
  add: [['line', 'M8 3v10M3 8h10']],
  copy: [['line', 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3']],
  link: [['line', 'M7 5H4.5a3 3 0 0 0 0 6H7M9 5h2.5a3 3 0 0 1 0 6H9M5.2 8h5.6']],
  /** A shield with a cross: not trusted. */
  untrusted: [
    ['line', 'M8 1.6l5.2 2v4c0 3.3-2.2 5.6-5.2 6.8-3-1.2-5.2-3.5-5.2-6.8v-4z'],
    ['line', 'M6.2 6l3.6 3.6M9.8 6L6.2 9.6']
  ],
  person: [
    [
      'fill',
      'M8 2a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM2.5 14c0-3 2.5-4.8 5.5-4.8s5.5 1.8 5.5 4.8z'
    ]
  ],
  start: [['fill', 'M4.5 2.5v11L13 8z']],
  /** A stethoscope's reading: what works here. */
  doctor: [
    ['line', CIRCLE],
    ['line', 'M3.4 8.6h2.3l1.5-3.4l2 6l1.4-2.6h2']
  ],
  /** A compass: the panel itself. */
  compass: [
    ['line', CIRCLE],
    ['fill', 'M11.4 4.6L9.3 9.3L4.6 11.4L6.7 6.7z']
  ]
} as const satisfies Record<string, Shape>;

export type IconName = keyof typeof SHAPES;
