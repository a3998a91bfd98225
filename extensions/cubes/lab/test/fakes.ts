import { ProblemError, type Problem } from '@eohub/toolkit/lib/problem';
import { sourceOf } from '../src/state';
import type {
  CodeQuery,
  CubeDescription,
  DataSource,
  DescribeQuery,
  Dimension,
  Estimate,
  EstimateQuery,
  ICubesClient,
  Labels,
  Located,
  LocateQuery,
  Preview,
  PreviewQuery,
  Series,
  SeriesQuery,
  Variable,
  VirtualJob,
  VirtualQuery
} from '../src/tokens';

export const SOURCE: DataSource = sourceOf('s3://climate/a1b.zarr');

export const PROBLEM: Problem = {
  code: 'unavailable',
  detail: 'The store does not answer.',
  hint: 'Try again in a minute.'
};

export const BEYOND: Problem = {
  code: 'beyond_budget',
  detail: 'The slice would read 96.0 MiB, more than the 16.0 MiB that are allowed.'
};

export function labels(changes: Partial<Labels> = {}): Labels {
  return {
    units: null,
    calendar: null,
    first: null,
    last: null,
    step: null,
    values: null,
    unique: true,
    ...changes
  };
}

/** A dimension whose values are all told. */
export function dimension(
  name: string,
  kind: Dimension['kind'],
  values: (number | string)[],
  changes: Partial<Labels> = {}
): Dimension {
  return {
    name,
    size: values.length,
    kind,
    label: name,
    labels: labels({ values, first: values[0] ?? null, last: values.at(-1) ?? null, ...changes })
  };
}

export const MONTHS = Array.from(
  { length: 12 },
  (_, month) => `2000-${String(month + 1).padStart(2, '0')}-01T00:00:00`
);

export const TIME = {
  ...dimension('time', 'time', MONTHS, { calendar: 'standard' }),
  label: 'Time'
};
export const LATITUDE = dimension('lat', 'y', [60, 50, 40], { units: 'degrees_north', step: -10 });
export const LONGITUDE = dimension('lon', 'x', [0, 10, 20, 30], {
  units: 'degrees_east',
  step: 10
});

export function variable(changes: Partial<Variable> = {}): Variable {
  return {
    name: 'tas',
    label: 'Air temperature',
    standard_name: 'air_temperature',
    units: 'K',
    dtype: 'float32',
    dimensions: ['time', 'lat', 'lon'],
    shape: [12, 3, 4],
    chunks: [4, 3, 4],
    shards: null,
    size_bytes: 576,
    is_coordinate: false,
    x: 'lon',
    y: 'lat',
    curvilinear: false,
    points: null,
    series: 'time',
    problem: null,
    ...changes
  };
}

export const MEAN = variable({
  name: 'gm',
  label: 'Global mean',
  dimensions: ['time'],
  shape: [12],
  chunks: null,
  size_bytes: 48,
  x: null,
  y: null
});

export const COORDINATE = variable({
  name: 'time',
  label: 'time',
  units: null,
  dimensions: ['time'],
  shape: [12],
  chunks: null,
  is_coordinate: true,
  x: null,
  y: null
});

export function description(changes: Partial<CubeDescription> = {}): CubeDescription {
  return {
    kind: 'zarr',
    asset: 'data',
    title: 'A1B',
    dimensions: [TIME, LATITUDE, LONGITUDE],
    variables: [variable(), MEAN, COORDINATE],
    variable_count: 3,
    groups: [],
    size_bytes: 624,
    notes: [],
    bytes_read: 1024,
    requests: 3,
    ...changes
  };
}

export function estimate(changes: Partial<Estimate> = {}): Estimate {
  return {
    cells: 144,
    memory_bytes: 576,
    read_bytes: 400,
    exactness: 'exact',
    chunks: 3,
    requests: 3,
    used_share: 1,
    aligned: null,
    seconds: 1,
    bytes_per_second: 400,
    free_bytes: 2048,
    limit_bytes: 4096,
    verdict: 'fits',
    text: '576 B in memory, 400 B to read in 3 requests, fits in this server.',
    offers: [],
    ...changes
  };
}

/** base64 of little-endian float32. */
export function encoded(values: readonly number[]): string {
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  return btoa(String.fromCharCode(...bytes));
}

/** Three rows from north to south, four columns from west to east; the last cell is missing. */
export function preview(changes: Partial<Preview> = {}): Preview {
  return {
    variable: 'tas',
    width: 4,
    height: 3,
    values: encoded([270, 271, 272, 273, 280, 281, 282, 283, 290, 291, 292, NaN]),
    low: 270,
    high: 292,
    least: 270,
    greatest: 292,
    colours: 'RdBu_r',
    units: 'K',
    bounds: [-5, 35, 35, 65],
    across: 'longitude (degrees_east)',
    along: 'latitude (degrees_north)',
    every: [1, 1],
    row_steps: [0, 1, 2],
    column_steps: [0, 1, 2, 3],
    notes: [],
    bytes_read: 400,
    requests: 1,
    ...changes
  };
}

export function series(changes: Partial<Series> = {}): Series {
  return {
    variable: 'tas',
    along: 'time',
    labels: MONTHS,
    values: [1, 2, null, 4, null, 6, 7, 8, 9, 10, 11, 12],
    units: 'K',
    place: '50° N, 10° E',
    every: 1,
    members: [],
    bytes_read: 400,
    requests: 3,
    ...changes
  };
}

export function job(changes: Partial<VirtualJob> = {}): VirtualJob {
  return {
    id: '1',
    target: 's3://mine/nemo.icechunk',
    state: 'running',
    files: 36,
    files_read: 0,
    problem: null,
    hint: null,
    refusals: [],
    refusal_count: 0,
    ...changes
  };
}

/** Two of three files that store their values otherwise than the first. */
export const REFUSED = job({
  state: 'refused',
  files: 3,
  files_read: 3,
  problem: 'b.nc: tas has add_offset 273.15, but 0 in a.nc. There are 1 more reasons.',
  hint: 'Leave these files out, or join them by xarray.',
  refusals: [
    {
      address: 's3://climate/b.nc',
      variable: 'tas',
      aspect: 'add_offset',
      text: 'b.nc: tas has add_offset 273.15, but 0 in a.nc.'
    },
    {
      address: 's3://climate/c.nc',
      variable: null,
      aspect: 'file',
      text: 'c.nc: cannot be read: It is truncated.'
    }
  ],
  refusal_count: 2
});

interface Pending {
  readonly signal: AbortSignal;
  readonly query: unknown;
}

const NEVER = new AbortController().signal;

/** A client that answers at once, remembers what it was asked, and fails where it is told to. */
export class FakeClient implements ICubesClient {
  readonly asked: Record<string, Pending[]> = {};
  readonly problems: Record<string, Problem | undefined> = {};
  /** Questions whose answer never comes. */
  readonly silent = new Set<string>();
  described = description();
  weighed = estimate();
  picture = preview();
  line = series();
  jobs: VirtualJob[] = [];
  located: Located = { index: 5, label: MONTHS[5] ?? '' };

  describe(query: DescribeQuery, signal: AbortSignal): Promise<CubeDescription> {
    return this.answer('describe', query, signal, this.described);
  }

  estimate(query: EstimateQuery, signal: AbortSignal): Promise<Estimate> {
    return this.answer('estimate', query, signal, this.weighed);
  }

  preview(query: PreviewQuery, signal: AbortSignal): Promise<Preview> {
    return this.answer('preview', query, signal, { ...this.picture, variable: query.variable });
  }

  series(query: SeriesQuery, signal: AbortSignal): Promise<Series> {
    return this.answer('series', query, signal, { ...this.line, variable: query.variable });
  }

  locate(query: LocateQuery, signal: AbortSignal): Promise<Located> {
    return this.answer('locate', query, signal, this.located);
  }

  code(query: CodeQuery): Promise<string> {
    return this.answer('code', query, NEVER, 'ds = 1');
  }

  makeVirtual(query: VirtualQuery): Promise<VirtualJob> {
    const { addresses, target } = query;
    const made = job({ id: String(this.jobs.length + 1), target, files: addresses.length });
    return this.answer('makeVirtual', query, NEVER, made).then(given => {
      this.jobs = [given, ...this.jobs];
      return given;
    });
  }

  virtualJobs(signal: AbortSignal): Promise<readonly VirtualJob[]> {
    return this.answer('virtualJobs', null, signal, this.jobs);
  }

  async makeVirtualAgain(id: string): Promise<VirtualJob> {
    const there = this.jobs.find(each => each.id === id) ?? job({ id });
    const given = await this.answer(
      'makeVirtualAgain',
      id,
      NEVER,
      job({ ...there, state: 'running' })
    );
    this.jobs = this.jobs.map(each => (each.id === id ? given : each));
    return given;
  }

  async cancelVirtual(id: string): Promise<VirtualJob> {
    const there = this.jobs.find(each => each.id === id) ?? job({ id });
    const ended = there.state === 'running' ? { ...there, state: 'cancelled' as const } : there;
    const given = await this.answer('cancelVirtual', id, NEVER, ended);
    this.jobs = this.jobs.map(each => (each.id === id ? given : each));
    return given;
  }

  /** What was asked last of a kind. */
  last<T>(kind: string): T {
    return this.asked[kind]?.at(-1)?.query as T;
  }

  count(kind: string): number {
    return this.asked[kind]?.length ?? 0;
  }

  private answer<T>(kind: string, query: unknown, signal: AbortSignal, given: T): Promise<T> {
    (this.asked[kind] ??= []).push({ query, signal });
    const problem = this.problems[kind];
    if (problem) {
      return Promise.reject(new ProblemError(problem));
    }
    return this.silent.has(kind) ? new Promise(() => undefined) : Promise.resolve(given);
  }
}
