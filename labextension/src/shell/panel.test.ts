import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { OnboardPanel } from './panel';
import { SHAPES } from './shapes';

const reveal = vi.fn<() => void>();
let panel: OnboardPanel;

beforeEach(() => {
  panel = new OnboardPanel(nullTranslator.load('sm_onboard'), reveal);
  Widget.attach(panel, document.body);
});

afterEach(() => panel.dispose());

function add(id: string, rank: number) {
  return panel.addRoom({ id, title: id, rank, widget: new Widget() });
}

const rooms = () => panel.widgets.map(section => section.node.dataset.smoRoom);

it('shows rooms by rank, whenever they come', () => {
  add('domain', 40);
  add('repos', 10);
  const pipelines = add('pipelines', 30);
  add('experiments', 20);
  expect(rooms()).toEqual(['repos', 'experiments', 'pipelines', 'domain']);
  pipelines.dispose();
  expect(rooms()).toEqual(['repos', 'experiments', 'domain']);
  add('links', 35);
  expect(rooms()).toEqual(['repos', 'experiments', 'links', 'domain']);
});

it('lets Tab go through the rooms in the order in which they are seen', () => {
  add('domain', 40);
  add('repos', 10);
  add('experiments', 20);
  const sections = panel.content.node.querySelectorAll<HTMLElement>(
    '.lm-AccordionPanel-title, [data-smo-room]'
  );
  const order = [...sections].map(
    one => one.dataset.smoRoom ?? one.textContent?.replace(' Section', '')
  );
  const wanted = ['repos', 'experiments', 'domain'];
  expect(order).toEqual(wanted.flatMap(id => [id, id]));
});

it('shows a room’s summary beside its title, as text, and follows it', () => {
  const owner = {};
  const changed = new Signal<object, void>(owner);
  const summary = { text: '2 of 4 ready', changed };
  panel.addRoom({
    id: 'repos',
    title: 'Repositories',
    rank: 10,
    widget: new Widget(),
    summary
  });
  const shown = () => panel.node.querySelector('.smo-Room-summary');
  expect(shown()?.textContent).toBe('2 of 4 ready');
  summary.text = '<b>4</b>';
  changed.emit();
  expect(shown()?.textContent).toBe('<b>4</b>');
  expect(shown()?.children).toHaveLength(0);
});

it('has a place above and one below the rooms, seen only when filled', () => {
  const [header, footer] = [new Widget(), new Widget()];
  const below = () => panel.node.querySelector<HTMLElement>('.smo-Panel-footer');
  expect(below()?.classList.contains('lm-mod-hidden')).toBe(true);
  panel.setHeader(header);
  panel.setFooter(footer);
  expect(panel.node.firstElementChild?.contains(header.node)).toBe(true);
  expect(below()?.contains(footer.node)).toBe(true);
  expect(below()?.classList.contains('lm-mod-hidden')).toBe(false);
  panel.setHeader(null);
  expect(header.isDisposed).toBe(true);
  expect(panel.header.isHidden).toBe(true);
});

it('has a tab of its own, and can be brought to the front', () => {
  expect(panel.id).toBe('sm-onboard-panel');
  expect(panel.title.caption).not.toBe('');
  panel.reveal();
  expect(reveal).toHaveBeenCalledOnce();
});

it('has a different shape for each state, so that colour is not needed', () => {
  const drawn = Object.values(SHAPES).map(shape => JSON.stringify(shape));
  expect(new Set(drawn).size).toBe(drawn.length);
});
