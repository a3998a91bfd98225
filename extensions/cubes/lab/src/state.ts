import type { Problem } from '@eohub/toolkit/lib/problem';
import type { Cell, Scale } from './raster';
import { planeOf, type Plane, type Ranges, type Steps } from './selection';
import type { CubeDescription, DataSource, Dimension, Variable } from './tokens';

/** What a person chose in a view, which comes back with it after a reload. */
export interface Looking {
  readonly asset: string | null;
  readonly group: string | null;
  /** The variable that is looked at; null until the data is described. */
  readonly variable: string | null;
  /** Variables that are read with it. */
  readonly also: readonly string[];
  readonly steps: Steps;
  /** The plane of the picture where it is another than the usual one. */
  readonly plane: Plane | null;
  readonly ranges: Ranges;
}

/** How a slice is coloured; null: as the data suggests. */
export interface Colouring {
  readonly scale: Scale | null;
  readonly map: string | null;
}

/** Everything that a view knows beside the answers to its questions. */
export interface CubeState {
  readonly looking: Looking;
  readonly description: CubeDescription | null;
  /** Groups that were seen in the asset, with its root. */
  readonly groups: readonly (string | null)[];
  readonly colouring: Colouring;
  /** The cell whose series was asked for. */
  readonly point: Cell | null;
  /** The dimension along which a series runs; null: the one of the variable. */
  readonly along: string | null;
  /** Whether a series has every member of an ensemble. */
  readonly allMembers: boolean;
  /** The dimension through which the picture plays. */
  readonly playing: string | null;
  /** Values of steps that the server was asked for, by dimension and step. */
  readonly labels: Readonly<Record<string, Readonly<Record<number, number | string>>>>;
  /** Bytes that "read it anyway" would read; null where they are not known. */
  readonly beyond: number | null;
  /** What is told to everybody, also to a screen reader. */
  readonly told: string;
  /** Why code could not be written. */
  readonly codeProblem: Problem | null;
}

export const NOWHERE: Looking = {
  asset: null,
  group: null,
  variable: null,
  also: [],
  plane: null,
  steps: {},
  ranges: {}
};

export const START: CubeState = {
  looking: NOWHERE,
  description: null,
  groups: [],
  colouring: { scale: null, map: null },
  point: null,
  along: null,
  allMembers: false,
  playing: null,
  labels: {},
  beyond: null,
  told: '',
  codeProblem: null
};

/** The variable that is looked at. */
export function chosen({ description, looking }: CubeState): Variable | null {
  return description?.variables.find(({ name }) => name === looking.variable) ?? null;
}

/** The plane of the picture; null where there is none. */
export function shownPlane(state: CubeState): Plane | null {
  const variable = chosen(state);
  return variable && planeOf(variable, state.looking.plane);
}

/** A dimension by its name. */
export function dimensionNamed({ description }: CubeState, name: string): Dimension | null {
  return description?.dimensions.find(each => each.name === name) ?? null;
}

/** Whether something that was stored is a source. */
export function isSource(value: unknown): value is DataSource {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { title, assets } = value as Record<string, unknown>;
  return typeof title === 'string' && Array.isArray(assets) && assets.length > 0;
}

/** What was looked at before a reload, where it can be read. */
export function lookingOf(value: unknown): Looking {
  if (typeof value !== 'object' || value === null) {
    return NOWHERE;
  }
  const { asset, group, variable, also, plane, steps, ranges } = value as Partial<Looking>;
  const text = (given: unknown) => (typeof given === 'string' ? given : null);
  return {
    asset: text(asset),
    group: text(group),
    variable: text(variable),
    also: Array.isArray(also) ? also.filter(each => typeof each === 'string') : [],
    plane: isPlane(plane) ? plane : null,
    steps: typeof steps === 'object' && steps !== null ? steps : {},
    ranges: typeof ranges === 'object' && ranges !== null ? ranges : {}
  };
}

function isPlane(value: unknown): value is Plane {
  const { across, along } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof across === 'string' && typeof along === 'string';
}

/** A source of one address that a person typed. */
export function sourceOf(address: string): DataSource {
  const name =
    address
      .replace(/[/?#]+$/, '')
      .split('/')
      .at(-1) || address;
  return {
    title: name,
    item: null,
    assets: [
      {
        key: 'data',
        href: address,
        kind: null,
        title: null,
        media_type: null,
        open_kwargs: {},
        storage_options: {}
      }
    ]
  };
}

/** Whether a file or folder is named as data is. */
export function isNameOfData(name: string): boolean {
  return /\.(zarr|icechunk|nc4?|cdf|h5|hdf5|he5|tiff?|gri?b2?|geojson|gpkg|fgb|shp|(geo)?parquet|csv)$/i.test(
    name
  );
}

/** Why something typed is no address of data; null where it is one. */
export function addressFault(address: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  if (address === '' || (scheme !== undefined && !/^(s3|https?):\/\/[^/]+/i.test(address))) {
    return 'Type an address that begins with s3:// or https://, or a path on this server.';
  }
  if (scheme === undefined) {
    return null;
  }
  if (/[\s\\]/.test(address)) {
    return 'An address has no blanks in it.';
  }
  return /^\w+:\/\/[^/]*@/.test(address) ? 'Leave user and password out of the address.' : null;
}
