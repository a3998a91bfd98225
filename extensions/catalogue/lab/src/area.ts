import type { FormArea } from './form';
import type { Area } from './tokens';

/** More corners than this make every search slow, in any catalogue. */
const MOST_CORNERS = 5_000;
const UNREADABLE =
  'This is no area. Write west, south, east, north, or paste WKT or GeoJSON with a polygon.';

type Position = readonly number[];
type Rings = readonly (readonly Position[])[];

/** An area, or what is wrong with it, a sentence for the person. */
export type ReadArea = { readonly area: FormArea } | { readonly fault: string };

/** Read an area as a person types or pastes it: four numbers, WKT or GeoJSON. */
export async function readArea(text: string, name: string | null = null): Promise<ReadArea> {
  const given = text.trim();
  const box = boxOf(given);
  if (box !== null) {
    return box;
  }
  const polygons = given.startsWith('{') ? polygonsOfJson(given) : await polygonsOfWkt(given);
  if (polygons === null || polygons.length === 0) {
    return { fault: UNREADABLE };
  }
  const fault = faultOf(polygons);
  return fault === null
    ? { area: named({ bbox: null, geometry: shape(polygons) }, name) }
    : { fault };
}

/** An area with the name that a person gave, or one that tells what it is. */
export function named(area: Area, name: string | null = null): FormArea {
  return { area, label: name ?? labelOf(area) };
}

/** Text from which the same area is read. */
export function textOf(area: Area): string {
  return area.bbox ? area.bbox.map(rounded).join(', ') : JSON.stringify(area.geometry);
}

function labelOf({ bbox, geometry }: Area): string {
  if (bbox) {
    return bbox.map(rounded).join(', ');
  }
  const corners = cornersOf(geometry?.coordinates);
  // A ring ends where it begins.
  return geometry?.type === 'Polygon' ? `polygon with ${corners - 1} corners` : 'several polygons';
}

function boxOf(text: string): ReadArea | null {
  const parts = text.split(/[\s,;]+/).map(Number);
  if (parts.length !== 4 || parts.some(each => !Number.isFinite(each))) {
    return null;
  }
  const [west = 0, south = 0, east = 0, north = 0] = parts;
  if (south > north) {
    return { fault: `South (${south}) is above north (${north}); swap the two.` };
  }
  if (![west, east].every(isLongitude) || ![south, north].every(isLatitude)) {
    return { fault: 'Longitudes reach from -180 to 180 and latitudes from -90 to 90.' };
  }
  return { area: named({ bbox: [west, south, east, north], geometry: null }) };
}

async function polygonsOfWkt(text: string): Promise<readonly Rings[] | null> {
  if (!/polygon|collection/i.test(text)) {
    return null;
  }
  const [{ default: WKT }, { default: GeoJSON }] = await Promise.all([
    import('ol/format/WKT'),
    import('ol/format/GeoJSON')
  ]);
  try {
    const geometry = new WKT().readGeometry(text.replace(/^SRID=\d+;/i, ''));
    return polygonsOf(new GeoJSON().writeGeometryObject(geometry));
  } catch {
    return null;
  }
}

function polygonsOfJson(text: string): readonly Rings[] | null {
  try {
    return polygonsOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The polygons in any GeoJSON object; points and lines are no area. */
function polygonsOf(value: unknown): readonly Rings[] {
  const { type, coordinates, geometry, geometries, features } = fieldsOf(value);
  switch (type) {
    case 'Polygon':
      return [coordinates as Rings];
    case 'MultiPolygon':
      return coordinates as readonly Rings[];
    case 'Feature':
      return polygonsOf(geometry);
    case 'FeatureCollection':
      return (features as readonly unknown[]).flatMap(polygonsOf);
    case 'GeometryCollection':
      return (geometries as readonly unknown[]).flatMap(polygonsOf);
    default:
      return [];
  }
}

/** The fields of an object, none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function faultOf(polygons: readonly Rings[]): string | null {
  const positions: unknown[] = [];
  for (const rings of polygons) {
    if (!Array.isArray(rings) || rings.length === 0 || !rings.every(isRing)) {
      return UNREADABLE;
    }
    positions.push(...rings.flat());
  }
  if (positions.length > MOST_CORNERS) {
    return `The area has ${positions.length} corners. Simplify it to at most ${MOST_CORNERS}.`;
  }
  const isOnEarth = positions.every(
    each => Array.isArray(each) && Math.abs(Number(each[0])) <= 360 && isLatitude(Number(each[1]))
  );
  return isOnEarth ? null : 'The corners have to be longitudes and latitudes in degrees.';
}

function isRing(ring: unknown): boolean {
  return Array.isArray(ring) && ring.length >= 4;
}

function shape(polygons: readonly Rings[]): Record<string, unknown> {
  const flat = polygons.map(rings =>
    rings.map(ring => ring.map(([longitude, latitude]) => [longitude, latitude]))
  );
  return flat.length === 1
    ? { type: 'Polygon', coordinates: flat[0] }
    : { type: 'MultiPolygon', coordinates: flat };
}

function cornersOf(value: unknown): number {
  if (!Array.isArray(value)) {
    return 0;
  }
  return typeof value[0] === 'number'
    ? 1
    : value.reduce<number>((sum, each) => sum + cornersOf(each), 0);
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(4));
}

function isLongitude(degrees: number): boolean {
  return Math.abs(degrees) <= 180;
}

function isLatitude(degrees: number): boolean {
  return Math.abs(degrees) <= 90;
}
