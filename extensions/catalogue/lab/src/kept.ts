import { fieldsOf, named } from './area';
import { EMPTY_FORM, type FormArea, type SearchForm } from './form';
import { momentFault } from './moments';
import type { Area, PropertyFilter, SavedPlace } from './tokens';

const LONGEST_WORDS = 500;
const LONGEST_CQL2 = 4000;
const MOST_COLLECTIONS = 100;
const MOST_PROPERTIES = 20;
const OPERATORS: ReadonlySet<unknown> = new Set(['=', '<>', '<', '<=', '>', '>=', 'in', 'like']);

/**
 * A form from what was kept, whatever that is: a form itself or what a server calls criteria. What is not as it
 * has to be is left out. An area that is a saved place has its name.
 */
export function formOf(kept: unknown, places: readonly SavedPlace[] = []): SearchForm {
  const fields = fieldsOf(kept);
  return {
    ...EMPTY_FORM,
    words: text(fields.words, LONGEST_WORDS),
    collections: list(fields.collections).filter(isText).slice(0, MOST_COLLECTIONS),
    from: moment(fields.from ?? fields.start),
    to: moment(fields.to ?? fields.end),
    area: areaOf(fields.area, places),
    properties: list(fields.properties).filter(isCondition).slice(0, MOST_PROPERTIES),
    cql2: text(fields.cql2, LONGEST_CQL2)
  };
}

/** The texts of a list, none where it is none. */
export function textsOf(value: unknown): readonly string[] {
  return list(value).filter(isText);
}

function areaOf(kept: unknown, places: readonly SavedPlace[]): FormArea | null {
  const fields = fieldsOf(kept);
  const given = fields.area === undefined ? fields : fieldsOf(fields.area);
  const area: Area = { bbox: boxOf(given.bbox), geometry: geometryOf(given.geometry) };
  if ((area.bbox === null) === (area.geometry === null)) {
    return null;
  }
  const same = JSON.stringify(area);
  const place = places.find(each => JSON.stringify(each.area) === same);
  return named(area, place?.name ?? (isText(fields.label) ? fields.label : null));
}

function boxOf(value: unknown): Area['bbox'] {
  const [west, south, east, north, ...rest] = list(value);
  const isBox = [west, south, east, north].every(each => Number.isFinite(each));
  return isBox && rest.length === 0
    ? [Number(west), Number(south), Number(east), Number(north)]
    : null;
}

function geometryOf(value: unknown): Area['geometry'] {
  const { type, coordinates } = fieldsOf(value);
  return (type === 'Polygon' || type === 'MultiPolygon') && Array.isArray(coordinates)
    ? { type, coordinates }
    : null;
}

function isCondition(value: unknown): value is PropertyFilter {
  const { property, op, value: wanted } = fieldsOf(value);
  const isScalar = (each: unknown) => ['string', 'number', 'boolean'].includes(typeof each);
  const isValue = op === 'in' ? Array.isArray(wanted) && wanted.every(isScalar) : isScalar(wanted);
  return isText(property) && OPERATORS.has(op) && isValue;
}

function moment(value: unknown): string {
  const given = text(value, 40);
  return momentFault(given) === null ? given : '';
}

function text(value: unknown, longest: number): string {
  return typeof value === 'string' ? value.slice(0, longest) : '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
