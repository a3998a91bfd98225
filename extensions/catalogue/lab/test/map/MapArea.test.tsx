import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { MapArea } from '../../src/panel/map/MapArea';

afterEach(cleanup);

function show(changes: Partial<Parameters<typeof MapArea>[0]> = {}) {
  const props = {
    footprints: [],
    area: null,
    highlighted: null,
    selected: null,
    drawing: null,
    view: null,
    tiles: null,
    frame: { open: false, height: 200 },
    onDraw: vi.fn(),
    onDrawStop: vi.fn(),
    onView: vi.fn(),
    onHighlight: vi.fn(),
    onSelect: vi.fn(),
    onFrame: vi.fn(),
    ...changes
  };
  render(<MapArea {...props} />);
  return props;
}

const toggle = () => screen.getByRole('button', { name: 'Map' });

test('a closed map is opened by its button, and takes no room before', () => {
  const { onFrame } = show();
  expect(toggle().getAttribute('aria-expanded')).toBe('false');
  expect(screen.queryByRole('separator')).toBeNull();
  fireEvent.click(toggle());
  expect(onFrame).toHaveBeenCalledWith({ open: true, height: 200 });
});

test('the panel is drawn before the map is there', () => {
  show({ frame: { open: true, height: 200 } });
  expect(screen.getByText('Loading the map')).toBeTruthy();
});

test('drawing opens the map, and closing it ends drawing', () => {
  const { onDrawStop, onFrame } = show({ drawing: 'box' });
  expect(toggle().getAttribute('aria-expanded')).toBe('true');
  fireEvent.click(toggle());
  expect(onDrawStop).toHaveBeenCalledTimes(1);
  expect(onFrame).toHaveBeenCalledWith({ open: false, height: 200 });
});

test('its height is changed by the arrow keys, within bounds', () => {
  const { onFrame } = show({ frame: { open: true, height: 110 } });
  const grip = screen.getByRole('separator', { name: 'Height of the map' });
  expect(grip.getAttribute('aria-valuenow')).toBe('110');
  fireEvent.keyDown(grip, { key: 'ArrowDown' });
  expect(onFrame).toHaveBeenLastCalledWith({ open: true, height: 130 });
  fireEvent.keyDown(grip, { key: 'ArrowUp' });
  expect(onFrame).toHaveBeenLastCalledWith({ open: true, height: 100 });
  fireEvent.keyDown(grip, { key: 'a' });
  expect(onFrame).toHaveBeenCalledTimes(2);
});
