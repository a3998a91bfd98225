import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import CatalogueMap from '../../src/panel/map/CatalogueMap';
import type { Footprint, MapProps } from '../../src/panel/mapProps';
import { FakeMap } from './fakes';

afterEach(cleanup);

const POINT = { type: 'Point', coordinates: [0, 0] };
const FOOTPRINTS: readonly Footprint[] = [
  { key: 'a', title: 'First', geometry: POINT },
  { key: 'b', title: 'Second', geometry: POINT }
];
const VIEW = { center: [0, 0], zoom: 1, bbox: [-10, -10, 10, 10] } as const;

function propsOf(changes: Partial<MapProps> = {}): MapProps {
  return {
    footprints: FOOTPRINTS,
    area: null,
    highlighted: null,
    selected: null,
    drawing: null,
    view: null,
    onDraw: vi.fn(),
    onDrawStop: vi.fn(),
    onView: vi.fn(),
    onHighlight: vi.fn(),
    onSelect: vi.fn(),
    ...changes
  };
}

const button = (name: string) => screen.getByRole('button', { name }) as HTMLButtonElement;

test('the map is told what is to be seen, and only told again what has changed', () => {
  const map = new FakeMap();
  const setFootprints = vi.spyOn(map, 'setFootprints');
  const props = propsOf({ selected: 'b' });
  const { rerender } = render(<CatalogueMap {...props} open={map.open} />);
  expect(map.footprints).toBe(FOOTPRINTS);
  expect(map.marks).toEqual([null, 'b']);
  rerender(<CatalogueMap {...props} highlighted="a" open={map.open} />);
  expect(map.marks).toEqual(['a', 'b']);
  expect(setFootprints).toHaveBeenCalledTimes(1);
  expect(map.opened).toBe(1);
});

test('what the map tells goes to those who listen now', () => {
  const map = new FakeMap();
  const before = propsOf();
  const now = propsOf();
  const { rerender } = render(<CatalogueMap {...before} open={map.open} />);
  rerender(<CatalogueMap {...now} open={map.open} />);
  act(() => {
    map.listener?.onHighlight('a');
    map.listener?.onSelect('b');
    map.listener?.onView(VIEW, 1);
  });
  expect(before.onSelect).not.toHaveBeenCalled();
  expect(now.onHighlight).toHaveBeenCalledWith('a');
  expect(now.onSelect).toHaveBeenCalledWith('b');
  expect(now.onView).toHaveBeenCalledWith(VIEW);
});

test('a screen reader hears how many footprints there are, how many in sight, and where else they stand', () => {
  const map = new FakeMap();
  render(<CatalogueMap {...propsOf()} open={map.open} />);
  act(() => map.listener?.onView(VIEW, 1));
  const shown = screen.getByRole('application');
  expect(shown.getAttribute('aria-label')).toBe(
    'Map with 1 of 2 footprints in sight. The list holds the same items in words. ' +
      'Arrow keys move it, plus and minus zoom.'
  );
  expect(shown.tabIndex).toBe(0);
});

test('a map without footprints says so', () => {
  render(<CatalogueMap {...propsOf({ footprints: [] })} open={new FakeMap().open} />);
  expect(screen.getByText('No footprints')).toBeTruthy();
  expect(button('Zoom to all footprints').disabled).toBe(true);
});

test('buttons zoom, also to what is selected, where that has a place', () => {
  const map = new FakeMap();
  const { rerender } = render(<CatalogueMap {...propsOf()} open={map.open} />);
  fireEvent.click(button('Zoom in'));
  fireEvent.click(button('Zoom in'));
  fireEvent.click(button('Zoom out'));
  expect(map.zoomed).toBe(1);
  expect(button('Zoom to the selected footprint').disabled).toBe(true);
  rerender(<CatalogueMap {...propsOf({ selected: 'without-place' })} open={map.open} />);
  expect(button('Zoom to the selected footprint').disabled).toBe(true);
  rerender(<CatalogueMap {...propsOf({ selected: 'b' })} open={map.open} />);
  fireEvent.click(button('Zoom to the selected footprint'));
  fireEvent.click(button('Zoom to all footprints'));
  expect(map.shown).toEqual(['b', 'all']);
});

test('the footprint under the pointer is named', () => {
  render(<CatalogueMap {...propsOf({ highlighted: 'b' })} open={new FakeMap().open} />);
  expect(screen.getByText('Second')).toBeTruthy();
});

test('while drawing it says how, by keyboard too, and what was wrong with what was drawn', () => {
  const map = new FakeMap();
  const props = propsOf({ drawing: 'polygon' });
  render(<CatalogueMap {...props} open={map.open} />);
  expect(map.drawing).toBe('polygon');
  expect(screen.getByRole('status').textContent).toContain('Space sets a corner');
  act(() => map.listener?.onFault('The sides cross.'));
  expect(screen.getByRole('status').textContent).toBe('The sides cross.');
  act(() => map.listener?.onDrawStop());
  expect(props.onDrawStop).toHaveBeenCalledTimes(1);
  expect(screen.getByRole('status').textContent).toContain('Space sets a corner');
});

test('a change of the theme has the colours read again', async () => {
  const map = new FakeMap();
  render(<CatalogueMap {...propsOf()} open={map.open} />);
  expect(map.palettes).toHaveLength(1);
  document.body.dataset.jpThemeName = 'Another';
  await vi.waitFor(() => expect(map.palettes).toHaveLength(2));
});

test('tiles are used with the name of whom they are from', () => {
  const map = new FakeMap();
  const tiles = { url: 'https://tiles.example/{z}/{x}/{y}.png', attribution: '<b>Example</b>' };
  render(<CatalogueMap {...propsOf()} tiles={tiles} open={map.open} />);
  expect(map.tiles).toBe(tiles);
  expect(screen.getByText('<b>Example</b>')).toBeTruthy();
});

test('a map that is gone is closed', () => {
  const map = new FakeMap();
  render(<CatalogueMap {...propsOf()} open={map.open} />).unmount();
  expect(map.closed).toBe(1);
});
