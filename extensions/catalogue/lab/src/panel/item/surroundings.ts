import type { MapView } from '../mapProps';

/** What a map shows from top to bottom at the least: about as much as a country is high. */
const LEAST_DEGREES = 8;
const TIMES_THE_ITEM = 2.5;
/** The map of an item page is about this high, and a world of 360 degrees 256 pixels wide at zoom 0. */
const MAP_PIXELS = 220;
const DEGREES_PER_PIXEL = 360 / 256;

/** A view around an item's box that is wide enough to tell where on Earth it lies. */
export function surroundings([
  west = 0,
  south = 0,
  east = 0,
  north = 0
]: readonly number[]): MapView {
  const end = west > east ? east + 360 : east;
  const middle = (west + end) / 2;
  const degrees = Math.max(LEAST_DEGREES, TIMES_THE_ITEM * Math.max(north - south, end - west));
  return {
    center: [middle > 180 ? middle - 360 : middle, (south + north) / 2],
    zoom: Math.log2((DEGREES_PER_PIXEL * MAP_PIXELS) / degrees),
    bbox: [west, south, east, north]
  };
}
