// Its files as they are used here; inferred from the files themselves, they would be types of a megabyte.
declare module 'world-atlas/land-110m.json' {
  import type { GeometryCollection, Topology } from 'topojson-specification';
  const world: Topology<{ land: GeometryCollection }>;
  export default world;
}
declare module 'world-atlas/land-50m.json' {
  import type { GeometryCollection, Topology } from 'topojson-specification';
  const world: Topology<{ land: GeometryCollection }>;
  export default world;
}
