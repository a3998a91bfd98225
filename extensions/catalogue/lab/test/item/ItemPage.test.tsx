import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi, type Mock } from 'vitest';
import { ItemPage, type ItemPageProps } from '../../src/panel/item/ItemPage';
import type { AssetDetail, ItemDetail, ItemSummary } from '../../src/tokens';
import { AWAY, detail, item } from '../fakes';

afterEach(cleanup);

const KEY = { catalogue: 'embedded', collection: 'climate', item: 'a1b' };
const SCRIPT = '<img src=x onerror="alert(1)">';

function show(given: ItemDetail | null, changes: Partial<ItemPageProps> = {}) {
  const actions = {
    retry: vi.fn(),
    insert: vi.fn(),
    order: vi.fn(),
    openKey: vi.fn(),
    copy: vi.fn(),
    look: null as Mock<(asset: string) => void> | null,
    openMenu: vi.fn()
  };
  const { container } = render(
    <ItemPage
      itemKey={KEY}
      state={{ loading: false, detail: given, problem: null }}
      catalogue="EOHub"
      tiles={null}
      caret={() => null}
      pictureUrl={asset => `/quicklook?asset=${asset}`}
      actions={actions}
      {...changes}
    />
  );
  return { actions, container };
}

function asset(changes: Partial<AssetDetail> = {}): AssetDetail {
  return {
    key: 'B04',
    title: 'Red',
    description: 'Band 4',
    media_type: 'image/tiff; application=geotiff; profile=cloud-optimized',
    roles: ['data', 'reflectance'],
    href: 'https://data.example/B04.tif',
    openable: true,
    size_bytes: 2_097_152,
    picture: false,
    data: false,
    data_refusal: null,
    ...changes
  };
}

const page = (summary: Partial<ItemSummary> = {}, changes: Partial<ItemDetail> = {}) =>
  detail(item(summary), changes);
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('it tells what the item is, when, where, under which licence and by whom', () => {
  show(page());
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('A1B North America');
  for (const fact of [
    'EOHub / climate / a1b',
    '1860-06-01 to 2099-06-01',
    '15° to 60° N, 135° to 47° W',
    '12.4 MiB',
    'British Crown copyright',
    'Met Office (producer, licensor)'
  ]) {
    expect(screen.getByText(fact)).toBeTruthy();
  }
  const licence = screen.getByRole('link', { name: 'OGL-UK-3.0' }) as HTMLAnchorElement;
  expect([licence.target, licence.rel]).toEqual(['_blank', 'noopener noreferrer']);
});

test('files have type, size, roles, and an address to copy', () => {
  const { actions } = show(page({}, { assets: [asset()] }));
  const row = within(screen.getByRole('row', { name: /Red/ }));
  for (const fact of ['Cloud Optimized GeoTIFF', '2.0 MiB', 'data, reflectance', 'B04', 'Band 4']) {
    expect(row.getByText(fact)).toBeTruthy();
  }
  fireEvent.click(button('Copy the address of B04'));
  expect(actions.copy).toHaveBeenCalledWith('https://data.example/B04.tif');
  expect(button('Copied the address of B04').textContent).toBe('copied');
});

test('a long address that may be cut in its middle is a link of the whole name', () => {
  const href = 'https://data.example/collections/sentinel-2/2020/05/B04.tif';
  show(page({}, { assets: [asset({ href })] }));
  const link = screen.getByRole('link', { name: href });
  // Of two halves, a browser makes a name with a blank between them.
  expect([link.textContent, link.getAttribute('aria-label')]).toEqual([href, href]);
});

test('an address that a browser cannot open is text', () => {
  const assets = [
    asset({ key: 'a', href: 's3://bucket/a.zarr', openable: false }),
    asset({ key: 'b', href: 'javascript:alert(1)', openable: true }),
    asset({ key: 'c', href: null })
  ];
  show(page({ sources: [], license_url: null }, { assets }));
  expect(screen.queryAllByRole('link')).toEqual([]);
  expect(screen.getByText('s3://bucket/a.zarr')).toBeTruthy();
  expect(screen.getByText('not told')).toBeTruthy();
});

test('nothing of a catalogue becomes HTML', () => {
  const hostile = {
    title: SCRIPT,
    description: SCRIPT,
    attribution: SCRIPT,
    license: SCRIPT,
    license_url: 'javascript:alert(1)',
    providers: [SCRIPT],
    defects: [{ code: 'x', message: SCRIPT }]
  };
  const fields = [
    { name: SCRIPT, label: SCRIPT, value: SCRIPT, unit: SCRIPT, url: 'data:text/html,x' }
  ];
  const { container } = show(
    page(hostile, {
      sections: [{ title: SCRIPT, fields }],
      assets: [asset({ key: SCRIPT, title: SCRIPT, description: SCRIPT, roles: [SCRIPT] })],
      citation: SCRIPT,
      doi: 'vbscript:x',
      links: [{ title: SCRIPT, url: 'javascript:alert(1)' }],
      stac_version: SCRIPT,
      raw: { [SCRIPT]: SCRIPT }
    })
  );
  const details = container.querySelector('.eohub-RawJson') as HTMLDetailsElement;
  details.open = true;
  fireEvent(details, new Event('toggle'));
  expect(container.querySelectorAll('img, script, iframe')).toHaveLength(0);
  const links = [...container.querySelectorAll('a')].map(link => new URL(link.href).protocol);
  expect(links.every(protocol => protocol === 'https:')).toBe(true);
});

test('metadata stands by extension, with units, and addresses as links', () => {
  const fields = [
    { name: 'eo:cloud_cover', label: 'Cloud cover', value: '12.5', unit: '%', url: null },
    { name: 'eo:doc', label: 'Document', value: 'Read it', unit: null, url: 'https://doc.example/' }
  ];
  show(page({}, { sections: [{ title: 'Electro-optical', fields }] }));
  expect(screen.getByText('Electro-optical')).toBeTruthy();
  expect(screen.getByText('12.5 %')).toBeTruthy();
  expect(screen.getByText('Cloud cover').title).toBe('eo:cloud_cover');
  expect(screen.getByRole('link', { name: 'Read it' })).toBeTruthy();
});

test('the citation is copied', () => {
  const { actions } = show(
    page({}, { citation: 'Somebody (2020)', doi: 'https://doi.org/10.1/x' })
  );
  fireEvent.click(button('Copy the citation'));
  expect(actions.copy).toHaveBeenCalledWith('Somebody (2020)');
  expect(screen.getByRole('link', { name: 'https://doi.org/10.1/x' })).toBeTruthy();
});

test('defects are told in words', () => {
  const message = 'It has no geometry, so it is not on the map.';
  show(page({ defects: [{ code: 'geometry_null', message }] }));
  expect(screen.getByText(message)).toBeTruthy();
  expect(screen.getByText('This item has no place that could be drawn.')).toBeTruthy();
});

test('a picture comes from the server, and where it does not, that is said', () => {
  show(page({ quicklook: 'thumbnail' }));
  const picture = screen.getByRole('img') as HTMLImageElement;
  expect(picture.getAttribute('src')).toBe('/quicklook?asset=thumbnail');
  fireEvent.error(picture);
  expect(screen.getByText('Its picture could not be loaded.')).toBeTruthy();
});

test('code is inserted, or it is said why not', () => {
  const whole = page();
  const { actions } = show(whole);
  fireEvent.click(button('Insert code'));
  expect(actions.insert).toHaveBeenCalledWith(whole);
  cleanup();
  const refused = show(page({ code_refusal: 'None of its assets is a Zarr store.' }));
  fireEvent.click(button('Insert code'));
  expect(refused.actions.insert).not.toHaveBeenCalled();
  const reason = document.getElementById(
    button('Insert code').getAttribute('aria-describedby') ?? ''
  );
  expect(reason?.textContent).toBe('None of its assets is a Zarr store.');
});

function unfold(container: HTMLElement): void {
  const details = container.querySelector('.eohub-RawJson') as HTMLDetailsElement;
  details.open = true;
  fireEvent(details, new Event('toggle'));
}

test('the item as JSON is written when it is asked for, and copied whole', () => {
  const { actions, container } = show(page({}, { raw: { id: 'a1b' } }));
  expect(container.querySelector('pre')).toBeNull();
  unfold(container);
  expect(container.querySelector('pre')?.textContent).toBe('{\n  "id": "a1b"\n}');
  fireEvent.click(button('Copy the item as JSON'));
  expect(actions.copy).toHaveBeenCalledWith('{\n  "id": "a1b"\n}');
});

test('of a huge item the beginning is shown, and all is copied', () => {
  const raw = { text: 'x'.repeat(3_000_000) };
  const { actions, container } = show(page({}, { raw }));
  unfold(container);
  expect(container.querySelector('pre')?.textContent).toHaveLength(100_000);
  expect(screen.getByText(/It is 2.9 MiB long/)).toBeTruthy();
  fireEvent.click(button('Copy the item as JSON'));
  expect(actions.copy.mock.calls[0]?.[0]).toHaveLength(JSON.stringify(raw, null, 2).length);
});

test('while it loads, the page says what it waits for', () => {
  show(null, { state: { loading: true, detail: null, problem: null } });
  expect(screen.getByRole('status').textContent).toBe('Loading a1b');
});

test('a failure names itself and the way on', () => {
  const { actions } = show(null, {
    state: { loading: false, detail: null, problem: AWAY.problem }
  });
  const told = within(screen.getByRole('alert'));
  expect(told.getByText('a1b')).toBeTruthy();
  expect(told.getByText('It cannot be reached.')).toBeTruthy();
  fireEvent.click(button('Try again'));
  expect(actions.retry).toHaveBeenCalledTimes(1);
});

test('an item that is gone says so, and what was known of it stays', () => {
  const problem = { code: 'item_not_found', detail: 'No such item.', hint: null };
  show(page(), { state: { loading: false, detail: page(), problem } });
  expect(screen.getByRole('alert').textContent).toContain('It is gone');
  expect(screen.getByRole('heading', { name: 'A1B North America' })).toBeTruthy();
});

test('an item without anything is a page too', () => {
  show(
    page({
      title: 'Nothing',
      description: null,
      license: null,
      license_url: null,
      attribution: null,
      providers: [],
      stored: null,
      dimensions: [],
      variables: [],
      variable_count: 0,
      start: null,
      end: null,
      bbox: null
    })
  );
  expect(screen.getByText('no dates')).toBeTruthy();
  expect(screen.getByText('This item names no files.')).toBeTruthy();
});

test('where the cube view is there, the page opens the menu of its item and each file with data', () => {
  const look = vi.fn();
  const openMenu = vi.fn();
  const refused = 'The address of its data carries a key, and keys do not belong in a notebook.';
  const given = page(
    {},
    {
      assets: [
        asset({ data: true }),
        asset({ key: 'signed', title: null, data: true, data_refusal: refused }),
        asset({ key: 'notes', title: null })
      ]
    }
  );
  const actions = {
    retry: vi.fn(),
    insert: vi.fn(),
    order: vi.fn(),
    openKey: vi.fn(),
    copy: vi.fn(),
    look,
    openMenu
  };
  show(given, { actions });
  fireEvent.click(button('Open A1B North America'));
  expect(openMenu.mock.calls[0]?.[0]).toBe(given);
  fireEvent.click(button('Look at the data of Red'));
  expect(look).toHaveBeenCalledExactlyOnceWith('B04');
  const closed = button('Look at the data of signed');
  expect(closed.getAttribute('aria-disabled')).toBe('true');
  expect(document.getElementById(closed.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
    refused
  );
  fireEvent.click(closed);
  expect(look).toHaveBeenCalledOnce();
  expect(screen.queryByRole('button', { name: /notes/ })?.textContent).not.toBe('Look');
  expect(screen.queryByRole('button', { name: 'Insert code' })).toBeNull();
});

test('data that is made on request is ordered from its page', () => {
  const given = page({ offer: { href: 'https://hda.example/order', body: {} } });
  const { actions } = show(given);
  fireEvent.click(screen.getByRole('button', { name: 'Order data' }));
  expect(actions.order).toHaveBeenCalledWith(given);
});

test.each([
  ['maps', 'The same for series'],
  ['series', 'The same for maps']
] as const)('a cube that is cut for %s says so and leads to its sister', (best_for, name) => {
  const sister = { catalogue: 'edh', collection: 'era5', item: 'sister' };
  const { actions } = show(page({ chunking: { best_for, told: 'Its chunks.' } }, { sister }));
  expect(screen.getByText(/Its chunks/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name }));
  expect(actions.openKey).toHaveBeenCalledWith(sister);
});

test('a cube whose sister is not there still says how it is cut', () => {
  show(page({ chunking: { best_for: 'maps', told: 'Its chunks.' } }));
  expect(screen.getByText('Its chunks.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /The same/ })).toBeNull();
});
