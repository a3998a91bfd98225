import type { Coasts } from '../coasts';
import type { Asked } from '../question';
import type { Cell } from '../raster';
import type { Plane } from '../selection';
import type { Colouring, CubeState } from '../state';
import type {
  CubeDescription,
  DataSource,
  Dimension,
  Estimate,
  Preview,
  Range,
  Selection,
  Series
} from '../tokens';

/** What a person can do in a view. */
export interface CubeActions {
  readonly load: () => void;
  readonly enter: (place: { asset?: string | null; group?: string | null }) => void;
  readonly choose: (variable: string) => void;
  readonly turn: (plane: Plane) => void;
  readonly include: (variable: string, isIn: boolean) => void;
  readonly step: (dimension: string, index: number) => void;
  readonly take: (dimension: string, range: Range) => void;
  readonly apply: (selection: Selection) => void;
  readonly locate: (dimension: string, text: string) => Promise<number>;
  readonly colour: (colouring: Partial<Colouring>) => void;
  readonly readAnyway: () => void;
  readonly lookAgain: () => void;
  readonly weighAgain: () => void;
  readonly runAgain: () => void;
  readonly pick: (cell: Cell) => void;
  readonly runAlong: (dimension: string) => void;
  readonly showMembers: (all: boolean) => void;
  readonly play: (dimension: string | null) => void;
  readonly stop: (what: 'description' | 'preview' | 'series') => void;
  readonly insert: () => void;
  readonly copyCode: () => void;
  readonly copy: (text: string) => void;
}

/** What a view is drawn from. */
export interface CubeProps {
  readonly source: DataSource;
  readonly state: CubeState;
  readonly description: Asked<CubeDescription>;
  readonly estimate: Asked<Estimate>;
  readonly preview: Asked<Preview>;
  readonly series: Asked<Series>;
  readonly coasts: Coasts;
  /** Whether there are notebooks to put code in. */
  readonly canInsert: boolean;
  readonly actions: CubeActions;
}

/** The value of a step as a person reads it; its number where it is not known. */
export type ReadLabel = (dimension: Dimension, index: number) => string;
