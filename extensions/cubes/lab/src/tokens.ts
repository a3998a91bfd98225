import { Token } from '@lumino/coreutils';
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type CodeQuery = Schemas['CodeQuery'];
export type CubeDescription = Schemas['CubeDescription'];
export type DataAsset = Schemas['DataAsset'];
export type DataSource = Schemas['DataSource'];
export type DescribeQuery = Schemas['DescribeQuery'];
export type Dimension = Schemas['Dimension'];
export type Estimate = Schemas['Estimate'];
export type EstimateQuery = Schemas['EstimateQuery'];
export type ItemPlace = Schemas['ItemPlace'];
export type Labels = Schemas['Labels'];
export type LocateQuery = Schemas['LocateQuery'];
export type Located = Schemas['Located'];
export type NotebookCode = Schemas['NotebookCode'];
export type Offer = Schemas['Offer'];
export type Preview = Schemas['Preview'];
export type PreviewQuery = Schemas['PreviewQuery'];
export type Range = Schemas['Range'];
export type Selection = Schemas['Selection'];
export type Series = Schemas['Series'];
export type SeriesQuery = Schemas['SeriesQuery'];
export type Variable = Schemas['Variable'];
export type VirtualJob = Schemas['VirtualJob'];
export type VirtualJobs = Schemas['VirtualJobs'];
export type VirtualQuery = Schemas['VirtualQuery'];
export type VirtualRefusal = Schemas['VirtualRefusal'];

/** Asks the user's Jupyter server about data. Every promise fails with a ProblemError or an AbortError. */
export interface ICubesClient {
  /** What is in some data, from its metadata alone. */
  describe(query: DescribeQuery, signal: AbortSignal): Promise<CubeDescription>;
  /** What a selection costs to read and to hold. */
  estimate(query: EstimateQuery, signal: AbortSignal): Promise<Estimate>;
  /** The numbers of one slice, to be drawn. */
  preview(query: PreviewQuery, signal: AbortSignal): Promise<Preview>;
  /** The values along one dimension at a point. */
  series(query: SeriesQuery, signal: AbortSignal): Promise<Series>;
  /** The step of a value, or the value of a step. */
  locate(query: LocateQuery, signal: AbortSignal): Promise<Located>;
  /** The source of the notebook cell that opens a source. */
  code(query: CodeQuery): Promise<string>;
  /** Begin to make one cube of many files; it goes on without the page. */
  makeVirtual(query: VirtualQuery): Promise<VirtualJob>;
  /** How far the virtual cubes of late are, the newest first. */
  virtualJobs(signal: AbortSignal): Promise<readonly VirtualJob[]>;
  /** Begin one anew that was interrupted, refused or cancelled, or that failed. */
  makeVirtualAgain(id: string): Promise<VirtualJob>;
  /** Stop making a virtual cube; nothing of it stays. */
  cancelVirtual(id: string): Promise<VirtualJob>;
}

export const ICubesClient = new Token<ICubesClient>(
  '@eohub/cubes:ICubesClient',
  'Asks about data through the Jupyter server.'
);

/** What others offer for data that they have found: a look at it, and the code that opens it. */
export interface ICubes {
  /**
   * Open the cube view of a source in the main area; the one that is there already where there is one.
   * With `asset` it shows that asset, else the first.
   */
  open(source: DataSource, asset?: string): void;
  /** The source of the notebook cell that opens a source. */
  code(source: DataSource): Promise<string>;
}

export const ICubes = new Token<ICubes>(
  '@eohub/cubes:ICubes',
  'Opens data that others have found.'
);
