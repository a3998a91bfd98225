/** The least and the greatest height of the map, in pixels. */
export const LEAST = 100;
export const MOST = 600;

/** How the map lies in the panel. */
export interface MapFrame {
  readonly open: boolean;
  /** In pixels. */
  readonly height: number;
}

export const START_FRAME: MapFrame = { open: true, height: 180 };

/** A frame from what was kept, whatever that is. */
export function frameOf(kept: unknown): MapFrame {
  const { open, height } = (typeof kept === 'object' && kept ? kept : {}) as Record<
    string,
    unknown
  >;
  return {
    open: typeof open === 'boolean' ? open : START_FRAME.open,
    height: typeof height === 'number' && height > 0 ? bounded(height) : START_FRAME.height
  };
}

/** A height within what is allowed, whole pixels. */
export function bounded(height: number): number {
  return Math.round(Math.max(LEAST, Math.min(MOST, height)));
}
