import { expect, test } from 'vitest';
import { pathOf } from '../src/coasts';
import { colourMap, COLOUR_MAPS, coloursOf, COLOUR_STEPS, gradientOf } from '../src/colours';
import {
  bytesText,
  counted,
  digitsOf,
  latitudeText,
  longitudeText,
  numberText,
  ordinal
} from '../src/format';
import { asLabel, labelAt, labelText, labelWithUnit, stepOf } from '../src/labels';
import { cellAt, edgesOf, pixelsOf, placeOf, scaleOf, shapeOf, valuesOf } from '../src/raster';
import { clamped, countOf, firstVariable, pieceOf, selectionOf } from '../src/selection';
import { axisOf, csvOf, nearestPoint, span } from '../src/series';
import { addressFault, isNameOfData, isSource, lookingOf, NOWHERE, sourceOf } from '../src/state';
import {
  COORDINATE,
  description,
  dimension,
  labels,
  LATITUDE,
  MEAN,
  preview,
  series,
  SOURCE,
  TIME,
  variable
} from './fakes';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KiB'],
  [1020 * 2 ** 10, '1.0 MiB'],
  [1024, '1.0 KiB'],
  [1.8 * 2 ** 30, '1.8 GiB'],
  [212 * 2 ** 20, '212 MiB'],
  [2 ** 60, '1024 PiB']
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test.each([
  [0, '0'],
  [285.31234, '285.31'],
  [-0.00001234, '-1.234e-5'],
  [1e7, '1e+7'],
  [100, '100']
])('the number %d is written %s', (value, text) => expect(numberText(value)).toBe(text));

test('counts, ordinals and degrees are written as a person reads them', () => {
  expect([counted(1, 'chunk'), counted(2000, 'chunk')]).toEqual(['1 chunk', '2,000 chunks']);
  expect([1, 2, 3, 4, 11, 12, 22].map(ordinal).join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 22nd');
  expect([0, 190, -10, 180, 360, 370].map(degrees => longitudeText(degrees))).toEqual([
    '0°',
    '170° W',
    '10° W',
    '180° E',
    '0°',
    '10° E'
  ]);
  expect(
    [
      [0, 50],
      [0, 0.5],
      [38.9535, 38.954]
    ].map(digitsOf)
  ).toEqual([0, 1, 4]);
  expect(latitudeText(38.9535, 4)).toBe('38.9535° N');
  expect([52.5, -33, 0].map(degrees => latitudeText(degrees))).toEqual(['52.5° N', '33° S', '0°']);
});

test('the values of steps are told as far as they are known', () => {
  expect(labelAt(LATITUDE, 1)).toBe(50);
  const even = { ...LATITUDE, size: 9000, labels: labels({ first: 10, last: 899_910, step: 100 }) };
  expect([labelAt(even, 0), labelAt(even, 7), labelAt(even, 8999)]).toEqual([10, 710, 899_910]);
  const times = { ...TIME, size: 9000, labels: labels({ first: '1850', last: '2099', step: 9 }) };
  expect([labelAt(times, 8999), labelAt(times, 7)]).toEqual(['2099', null]);
  expect(labelAt({ ...TIME, labels: null }, 7)).toBe(7);
});

test('what is typed is the step whose value begins so, or is nearest', () => {
  expect(stepOf(TIME, '2000-03')).toBe(2);
  expect(stepOf(TIME, '1999')).toBeNull();
  expect(stepOf(LATITUDE, '46')).toBe(1);
  expect(stepOf(LATITUDE, 'north')).toBeNull();
  expect([
    stepOf({ ...TIME, labels: null }, '11'),
    stepOf({ ...TIME, labels: null }, '12')
  ]).toEqual([11, null]);
  expect([asLabel(LATITUDE, ' 46 '), asLabel(TIME, '2000')]).toEqual([46, '2000']);
});

test('what may be meant otherwise is asked of the server', () => {
  const longitude = dimension('lon', 'x', [0, 90, 180, 270]);
  expect([stepOf(longitude, '-90'), stepOf(longitude, '359')]).toEqual([null, null]);
  const months = ['2000-10-16', '2000-11-16', '2001-01-16'];
  const times = dimension('time', 'time', months, { calendar: 'standard' });
  expect(['2000-1', '2000-11', '2001', '200'].map(typed => stepOf(times, typed))).toEqual([
    null,
    1,
    2,
    null
  ]);
  const hours = dimension('time', 'time', ['2000-01-01T21:00:00', '2000-01-02T03:00:00']);
  expect(stepOf(hours, '2000-01-02')).toBe(1);
  const bands = dimension('band', 'band', ['B10', 'B1', 'B1 wide']);
  expect([stepOf(bands, 'B1'), stepOf(bands, 'B')]).toEqual([1, null]);
});

test('a value is written short, with its unit', () => {
  expect(labelText('2000-01-01T00:00:00')).toBe('2000-01-01');
  expect(labelText('2000-01-01T06:00:00')).toBe('2000-01-01T06:00');
  expect(labelText('2000-01-01T06:30:15')).toBe('2000-01-01T06:30:15');
  expect(labelWithUnit(LATITUDE, 50.000001)).toBe('50 degrees_north');
});

test('a map that can be read is looked at first', () => {
  const broken = variable({ name: 'broken', problem: 'Unknown codec.' });
  expect(firstVariable(description({ variables: [broken, COORDINATE, MEAN, variable()] }))).toBe(
    'tas'
  );
  const bounds = variable({ name: 'lat_bnds' });
  expect(firstVariable(description({ variables: [bounds, variable()] }))).toBe('tas');
  expect(firstVariable(description({ variables: [broken, COORDINATE] }))).toBe('time');
  expect(firstVariable(description({ variables: [broken] }))).toBe('broken');
  expect(firstVariable(description({ variables: [] }))).toBeNull();
});

test('a selection names what it does not take whole, of its own dimensions', () => {
  const ranges = {
    time: { start: 0, stop: 12, step: 1 },
    lat: { start: 1, stop: 2, step: 1 }
  };
  expect(selectionOf(description(), ['tas'], ranges)).toEqual({
    variables: ['tas'],
    ranges: { lat: { start: 1, stop: 2, step: 1 } }
  });
  expect(selectionOf(description(), ['gm'], ranges).ranges).toEqual({});
});

test('ranges stay inside and are counted by their steps', () => {
  expect(clamped({ start: -3, stop: 99, step: 0 }, TIME)).toEqual({ start: 0, stop: 12, step: 1 });
  expect(clamped({ start: 5, stop: 2, step: 1 }, TIME)).toEqual({ start: 5, stop: 5, step: 1 });
  expect(countOf({ start: 0, stop: 12, step: 5 })).toBe(3);
  expect([pieceOf(variable(), 'time'), pieceOf(variable(), 'lat')]).toEqual([4, null]);
});

test('colour maps have their colours by name, and reversed', () => {
  const [low, high] = [0, 3 * (COLOUR_STEPS - 1)];
  expect([...coloursOf('viridis').slice(low, 3)]).toEqual([68, 1, 84]);
  expect([...coloursOf('viridis_r').slice(high)]).toEqual([68, 1, 84]);
  expect([...coloursOf('RdBu').slice(low, 3)]).toEqual([103, 0, 31]);
  expect([...coloursOf('tab10').slice(high)]).toEqual([23, 190, 207]);
  expect(colourMap('nobody_r')).toEqual({ base: 'viridis', reversed: true });
  for (const name of COLOUR_MAPS) {
    expect(gradientOf(name), name).not.toMatch(/NaN|rgb\(\)/);
  }
});

test('numbers become colours from low to high, and a missing one stays clear', () => {
  const values = valuesOf(preview());
  expect([values[0], values[10], values[11]]).toEqual([270, 292, NaN]);
  const pixels = pixelsOf(values, { low: 280, high: 290 }, coloursOf('viridis'));
  expect([...pixels.slice(0, 4)]).toEqual([68, 1, 84, 255]);
  expect([...pixels.slice(40, 44)]).toEqual([...coloursOf('viridis').slice(-3), 255]);
  expect(pixels[47]).toBe(0);
});

test('a constant slice has a scale too', () => {
  const flat = preview({ low: 3, high: 3 });
  expect(scaleOf(flat)).toEqual({ low: 3, high: 4 });
  expect(scaleOf(preview({ low: null, high: null, least: null, greatest: null }))).toEqual({
    low: 0,
    high: 1
  });
});

test('a picture keeps its shape, also over the antimeridian', () => {
  expect(shapeOf(preview())).toBeCloseTo(40 / 30);
  expect(edgesOf(preview({ bounds: [170, -10, -170, 0] }))?.east).toBe(190);
  expect(shapeOf(preview({ bounds: null, every: [1, 2] }))).toBeCloseTo(8 / 3);
  expect(shapeOf(preview({ bounds: null, width: 1000, height: 1 }))).toBe(6);
});

test('a cell has its place, and a point its cell', () => {
  expect(placeOf(preview(), { row: 0, column: 3 })).toEqual([30, 60]);
  expect(placeOf(preview({ bounds: null }), { row: 0, column: 3 })).toBeNull();
  expect(cellAt(preview(), 0.99, 0.4)).toEqual({ row: 1, column: 3 });
  expect(cellAt(preview(), 1.2, -1)).toEqual({ row: 0, column: 3 });
});

test('coasts are drawn inside the edges, on every turn of the globe, and never along the cut', () => {
  const edges = { west: 0, south: -90, east: 360, north: 90 };
  const coast = [
    [-10, 0],
    [-20, 0]
  ] as const;
  expect(pathOf([coast], edges)).toBe('M350.000 90.000L340.000 90.000');
  const cut = [
    [180, 0],
    [180, 10]
  ] as const;
  const jump = [
    [179, 0],
    [-179, 0]
  ] as const;
  expect(pathOf([cut, jump], edges)).toBe('');
  expect(pathOf([coast], { west: 10, south: -5, east: 20, north: 5 })).toBe('');
});

test('times of a real calendar stand by their distance', () => {
  const axis = axisOf(
    series({ labels: ['2000-01-01', '2000-01-02', '2000-01-05'] }),
    labels({ calendar: 'proleptic_gregorian' })
  );
  expect(axis.places).toEqual([0, 0.25, 1]);
  expect(axis.ticks.length).toBeGreaterThan(1);
});

test('times of another calendar stand one after another under their names', () => {
  const axis = axisOf(
    series({ labels: ['2000-02-29', '2000-02-30', '2000-03-01'] }),
    labels({ calendar: '360_day' })
  );
  expect(axis.places).toEqual([0, 0.5, 1]);
  expect(axis.ticks.map(({ text }) => text)).toContain('2000-02-30');
  expect(nearestPoint(axis, 0.6)).toBe(1);
});

test('a series of a million values has its ends', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index);
  expect(span(values)[1]).toBeGreaterThan(999_999);
  expect(axisOf(series({ labels: values, values }), null).places.at(-1)).toBe(1);
});

test('a series of nothing has a span, and CSV quotes what it must', () => {
  expect(span([null, null])).toEqual([0, 1]);
  expect(span([5, 5])).toEqual([4.75, 5.25]);
  const given = series({ labels: ['a,"b"', 2], values: [null, 1.5], along: 'x' });
  expect(csvOf(given)).toBe('x,tas [K]\n"a,""b""",\n2,1.5\n');
});

test.each([
  's3://bucket/cube.zarr',
  'https://data.example/a.nc',
  '/data/a.nc',
  'cube.zarr',
  '~/my data/a.nc'
])('the address %s can be opened', address => expect(addressFault(address)).toBeNull());

test.each([
  ['', 's3://'],
  ['ftp://data.example/a', 's3://'],
  ['https://me:secret@data.example/a', 'password'],
  ['s3://bucket/a b', 'blanks']
])('the address "%s" is refused', (address, word) => expect(addressFault(address)).toContain(word));

test('a file is taken for data by the end of its name', () => {
  const names = ['a.zarr', 'b.NC', 'c.grib2', 'd.grb', 'e.tiff', 'f.geoparquet', 'g.csv'];
  expect(names.filter(isNameOfData)).toEqual(names);
  expect(['a.ipynb', 'zarr', 'nc.txt', 'b.nc.gz', 'notes.md'].filter(isNameOfData)).toEqual([]);
});

test('a source of an address is named by its end', () => {
  expect(sourceOf('s3://bucket/data/cube.zarr/').title).toBe('cube.zarr');
});

test('what was stored is taken as far as it can be read', () => {
  expect([isSource(SOURCE), isSource({ title: 'a', assets: [] }), isSource(null)]).toEqual([
    true,
    false,
    false
  ]);
  expect(lookingOf('nonsense')).toEqual(NOWHERE);
  expect(lookingOf({ variable: 3, also: [1, 'gm'], steps: { time: 2 } })).toEqual({
    ...NOWHERE,
    also: ['gm'],
    steps: { time: 2 }
  });
});
