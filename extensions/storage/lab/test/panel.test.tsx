// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { DrivePanel } from '../src/panel/DrivePanel';
import { EMPTY, type DriveState, type Row } from '../src/state';
import { ICONS, MODIFIED, NO_RIGHT, noting, OWN, SHARED } from './fakes';

afterEach(cleanup);

function draw(part: Partial<DriveState>): string[] {
  const done: string[] = [];
  render(<DrivePanel state={{ ...EMPTY, ...part }} icons={ICONS} actions={noting(done)} />);
  return done;
}

const object = (name: string): Row => ({
  kind: 'object',
  key: `alice/${name}`,
  name,
  size: 2048,
  modified: MODIFIED
});
const folder: Row = { kind: 'prefix', key: 'alice/f/', name: 'f', size: null, modified: null };
const inside = { places: [OWN, SHARED], location: { place: OWN, prefix: 'alice/' } };

describe('places', () => {
  it('are shown with their address and what may be done there', () => {
    const done = draw({ places: [OWN, SHARED] });
    const list = within(screen.getByRole('list', { name: 'Places' }));
    expect(list.getByText('s3://users/alice/')).toBeTruthy();
    expect(list.getAllByText('read only')).toHaveLength(1);
    fireEvent.click(list.getByText('My data'));
    expect(done).toEqual(['enter My data']);
  });

  it('show what is mounted, and why something is not', () => {
    const mounts = [
      { name: 'climate', title: 'Climate cubes', state: 'mounted' as const, detail: '' },
      { name: 'mine', title: 'Mine', state: 'failed' as const, detail: 'It has ended.' }
    ];
    draw({ places: [OWN], mounts });
    const list = within(screen.getByRole('region', { name: 'Mounted folders' }));
    expect(list.getByText('~/data/climate')).toBeTruthy();
    expect(list.getAllByText(/Not mounted/)).toHaveLength(1);
    expect(list.getByText(/It has ended\./)).toBeTruthy();
  });

  it('that are not there lead to a setting', () => {
    draw({ places: [] });
    expect(screen.getByText('EOHUB_DRIVE_PLACES')).toBeTruthy();
  });
});

describe('a folder', () => {
  it('draws only the names in view of ten thousand', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => object(String(index)));
    draw({ ...inside, rows, next: 'more' });
    expect(screen.getAllByRole('option').length).toBeLessThan(60);
    expect(screen.getByText('showing 10,000 names, total unknown')).toBeTruthy();
  });

  it('is walked by keys', () => {
    const rows = [folder, object('a'), object('b')];
    const done = draw({ ...inside, rows, selected: 'alice/a' });
    const list = screen.getByRole('listbox');
    for (const key of ['ArrowDown', 'ArrowUp', 'End', 'Home', 'Enter', 'Delete', 'Backspace']) {
      fireEvent.keyDown(list, { key });
    }
    expect(done).toEqual([
      'select alice/b',
      'select alice/f/',
      'select alice/b',
      'select alice/f/',
      'open alice/a',
      'remove alice/a',
      'up'
    ]);
  });

  it('says which row is selected to those who listen', () => {
    draw({ ...inside, rows: [folder, object('a')], selected: 'alice/a' });
    const selected = screen.getByRole('option', { selected: true });
    expect(screen.getByRole('listbox').getAttribute('aria-activedescendant')).toBe(selected.id);
    expect(selected.getAttribute('aria-setsize')).toBe('2');
  });

  it('offers what can be done with the selected object', () => {
    const done = draw({ ...inside, rows: [object('a')], selected: 'alice/a' });
    for (const name of ['Open', 'Download', 'Copy path', 'Insert path', 'Delete']) {
      fireEvent.click(screen.getByRole('button', { name }));
    }
    expect(done).toEqual(['open', 'download', 'copy', 'insert', 'remove'].map(x => `${x} alice/a`));
    expect(screen.getByText('2.0 KiB, 2026-03-01 12:00 UTC')).toBeTruthy();
  });

  it('offers to look at what is data', () => {
    const done = draw({ ...inside, rows: [object('sst.nc')], selected: 'alice/sst.nc' });
    fireEvent.click(screen.getByRole('button', { name: 'Look at the data' }));
    expect(done).toEqual(['look alice/sst.nc']);
  });

  it('that is read only offers nothing that writes', () => {
    const location = { place: SHARED, prefix: '' };
    const done = draw({ location, rows: [object('a')], selected: 'alice/a' });
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
    const upload = screen.getByRole('button', { name: /Upload files/ });
    expect(upload.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(screen.getByRole('button', { name: /New folder/ }));
    expect(done).toEqual([]);
  });

  it('that is empty says what to do next', () => {
    draw(inside);
    expect(screen.getByText('Drop files here, or upload them with the button above.')).toBeTruthy();
  });

  it('that cannot be listed says why and offers another try', () => {
    const done = draw({ ...inside, problem: NO_RIGHT.problem });
    expect(screen.getByRole('alert').textContent).toContain('no right');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(done).toEqual(['reload']);
  });

  it('shows the way back to each folder above', () => {
    const done = draw({ ...inside, location: { place: OWN, prefix: 'alice/a/b/' } });
    const way = within(screen.getByRole('navigation', { name: 'Folder' }));
    fireEvent.click(way.getByRole('button', { name: 'a' }));
    fireEvent.click(way.getByRole('button', { name: 'Places' }));
    expect(done).toEqual(['go alice/a/', 'home']);
    expect(way.getByText('b').getAttribute('aria-current')).toBe('location');
  });
});

describe('uploads', () => {
  it('show how far they are and can be cancelled', () => {
    const uploads = [{ id: 1, name: 'a', size: 2048, sent: 1024, problem: null }];
    const done = draw({ ...inside, uploads });
    const bar = screen.getByRole('progressbar', { name: 'Upload of a' });
    expect(bar.getAttribute('value')).toBe('50');
    fireEvent.click(screen.getByRole('button', { name: 'Cancel the upload of a' }));
    expect(done).toEqual(['cancel 1']);
  });

  it('that failed say why', () => {
    const uploads = [{ id: 1, name: 'a', size: 1, sent: 0, problem: NO_RIGHT.problem }];
    draw({ ...inside, uploads });
    expect(screen.getByRole('alert').textContent).toContain('no right');
  });
});
