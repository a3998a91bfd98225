import { ProblemError, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import {
  FREE_BYTES,
  pictureQuery,
  seriesQuery,
  unknownLabels,
  weightQuery,
  type Part
} from './asking';
import { asLabel, stepOf } from './labels';
import { Question } from './question';
import type { Cell } from './raster';
import { clamped, firstVariable, selectionOf, type Plane, type Ranges } from './selection';
import {
  chosen,
  dimensionNamed,
  NOWHERE,
  shownPlane,
  START,
  type Colouring,
  type CubeState,
  type Looking
} from './state';
import type {
  CubeDescription,
  DataSource,
  DescribeQuery,
  Estimate,
  EstimateQuery,
  ICubesClient,
  Preview,
  PreviewQuery,
  Range,
  Selection,
  Series,
  SeriesQuery
} from './tokens';

/** Bytes that no picture reads. */
export const MOST_BYTES = 2 ** 30;
const SETTLED_MS = 250;
const FRAME_MS = 50;

const isBeyond = ({ code }: Problem) => code === 'beyond_budget';

/** One view of some data: what a person chose, and what was answered. */
export class CubeView {
  readonly store: Store<CubeState>;
  readonly description: Question<Part<DescribeQuery>, CubeDescription>;
  readonly estimate: Question<Part<EstimateQuery>, Estimate>;
  readonly preview: Question<Part<PreviewQuery>, Preview>;
  readonly series: Question<Part<SeriesQuery>, Series>;
  private readonly ending = new AbortController();
  private frame: ReturnType<typeof setTimeout> | undefined;
  /** Bytes that a picture may read: more once a person has said so, until another variable is looked at. */
  private allowed = FREE_BYTES;

  constructor(
    private readonly client: ICubesClient,
    readonly source: DataSource,
    looking: Looking = NOWHERE
  ) {
    this.store = new Store<CubeState>({ ...START, looking });
    this.description = new Question(async (query, signal) => {
      const answer = await client.describe({ source, ...query }, signal);
      signal.throwIfAborted();
      this.described(answer, query.group);
      return answer;
    });
    this.estimate = new Question((query, signal) => client.estimate({ source, ...query }, signal));
    this.preview = new Question(async (query, signal) => {
      try {
        return await client.preview({ source, ...query }, signal);
      } catch (error) {
        await this.weighRefused(query, error, signal);
        throw error;
      }
    });
    this.series = new Question((query, signal) => client.series({ source, ...query }, signal));
    this.preview.store.subscribe(() => this.playOn());
  }

  /** Ask what is in the data; `fresh` where it is to be read anew. */
  load(fresh = false): void {
    const { asset, group } = this.store.get().looking;
    this.description.ask({ asset, group, fresh });
  }

  /** Look at another asset or group. */
  enter(place: { readonly asset?: string | null; readonly group?: string | null }): void {
    const { looking, groups } = this.store.get();
    const changed = { ...NOWHERE, asset: looking.asset, ...place };
    clearTimeout(this.frame);
    this.questions().forEach(question => question.clear());
    this.allowed = FREE_BYTES;
    const seen = changed.asset === looking.asset ? groups : [];
    this.store.set({ ...START, looking: changed, groups: seen });
    this.load();
  }

  /** Look at another variable. */
  choose(variable: string): void {
    this.allowed = FREE_BYTES;
    this.store.patch({ point: null, along: null, colouring: START.colouring, playing: null });
    this.preview.clear();
    this.series.clear();
    this.look({ variable, plane: null });
  }

  /** Show another plane of the variable. */
  turn(plane: Plane): void {
    this.allowed = FREE_BYTES;
    this.store.patch({ point: null, playing: null });
    this.series.clear();
    this.look({ plane });
  }

  /** Read another variable with the one that is looked at, or leave it out. */
  include(name: string, isIn: boolean): void {
    const { also } = this.store.get().looking;
    this.look({ also: isIn ? [...also, name] : also.filter(each => each !== name) }, false);
  }

  /** Show another step of a dimension. */
  step(name: string, index: number): void {
    const state = this.store.get();
    const dimension = dimensionNamed(state, name);
    if (dimension) {
      const step = Math.min(Math.max(0, Math.round(index)), Math.max(0, dimension.size - 1));
      this.look({ steps: { ...state.looking.steps, [name]: step } });
      if (state.point && name !== this.along()) {
        this.run(SETTLED_MS);
      }
    }
  }

  /** Read another range of a dimension. */
  take(name: string, range: Range): void {
    const state = this.store.get();
    const dimension = dimensionNamed(state, name);
    if (dimension) {
      this.takeAll({ ...state.looking.ranges, [name]: clamped(range, dimension) });
    }
  }

  /** Take the ranges of a selection that was offered. */
  apply({ ranges }: Selection): void {
    this.takeAll(ranges);
  }

  /** The step of a value that a person typed; fails with a sentence. */
  async locate(name: string, text: string): Promise<number> {
    const state = this.store.get();
    const dimension = dimensionNamed(state, name);
    if (!dimension || text.trim() === '') {
      throw new Error('Type a value.');
    }
    const known = stepOf(dimension, text);
    if (known !== null) {
      return known;
    }
    if (dimension.labels === null) {
      throw new Error(`Type a whole number from 0 to ${dimension.size - 1}.`);
    }
    const label = asLabel(dimension, text);
    const located = await this.client
      .locate({ ...this.where(), dimension: name, label, index: null }, this.ending.signal)
      .catch(error => Promise.reject(new Error(problemOf(error).detail)));
    this.learn(name, located.index, located.label);
    return located.index;
  }

  /** Colour the picture otherwise. */
  colour(colouring: Partial<Colouring>): void {
    const { colouring: before } = this.store.get();
    this.store.patch({ colouring: { ...before, ...colouring } });
  }

  /** Read the picture although it is large, and other steps of it that are as large. */
  readAnyway(): void {
    const { beyond } = this.store.get();
    this.allowed = Math.min(MOST_BYTES, Math.ceil((beyond ?? MOST_BYTES) * 1.2));
    this.draw();
  }

  /** Ask for the picture once more. */
  lookAgain(): void {
    this.draw();
  }

  /** Show the values along a dimension at a cell of the picture. */
  pick(cell: Cell): void {
    this.store.patch({ point: cell });
    this.run();
  }

  /** Show the values along another dimension. */
  runAlong(along: string): void {
    this.store.patch({ along });
    this.run();
  }

  /** Show every member of an ensemble, or the one that the picture shows. */
  showMembers(allMembers: boolean): void {
    this.store.patch({ allMembers });
    this.run();
  }

  /** Step through a dimension, or stop. */
  play(playing: string | null): void {
    clearTimeout(this.frame);
    this.store.patch({ playing });
    if (playing !== null) {
      this.nextFrame();
    }
  }

  /** The notebook cell that reads exactly what is selected. */
  code(): Promise<string> {
    return this.client.code({ ...this.where(), selection: this.selection() });
  }

  /** What is to be read. */
  selection(): Selection {
    const { description, looking } = this.store.get();
    const names = looking.variable === null ? [] : [looking.variable, ...looking.also];
    return description
      ? selectionOf(description, names, looking.ranges)
      : { variables: [], ranges: {} };
  }

  /** Stop everything that is asked, since nobody looks any more. */
  dispose(): void {
    clearTimeout(this.frame);
    this.ending.abort();
    this.questions().forEach(question => question.end());
  }

  /** The dimension along which a series runs. */
  private along(): string | null {
    const state = this.store.get();
    return state.along ?? chosen(state)?.series ?? null;
  }

  /** Take other ranges; the picture and its point are others where they are of the plane. */
  private takeAll(ranges: Ranges): void {
    const state = this.store.get();
    const plane = shownPlane(state);
    const isOther = (name: string | null = null) =>
      name !== null && state.looking.ranges[name] !== ranges[name];
    const isOtherPicture = isOther(plane?.across) || isOther(plane?.along);
    if (isOtherPicture) {
      this.store.patch({ point: null });
      this.series.clear();
    }
    this.look({ ranges }, isOtherPicture);
    if (isOther(this.along())) {
      this.run(SETTLED_MS);
    }
  }

  private where() {
    const { asset, group } = this.store.get().looking;
    return { source: this.source, asset, group };
  }

  private described(description: CubeDescription, group: string | null): void {
    const { looking, groups } = this.store.get();
    const isThere = description.variables.some(({ name }) => name === looking.variable);
    const variable = isThere ? looking.variable : firstVariable(description);
    this.store.patch({
      description,
      groups: [...new Set([null, group, ...groups, ...description.groups])],
      looking: { ...looking, asset: description.asset, variable }
    });
    this.draw();
    this.weigh();
    this.learnLabels();
  }

  private look(part: Partial<Looking>, isOtherPicture = true): void {
    const { looking, description } = this.store.get();
    this.store.patch({ looking: { ...looking, ...part }, told: '', codeProblem: null });
    if (!description) {
      return;
    }
    if (isOtherPicture) {
      this.draw(SETTLED_MS);
    }
    this.weigh();
    this.learnLabels();
  }

  /** Ask for the picture, or for the series of what has no picture. */
  private draw(delay = 0): void {
    this.store.patch({ beyond: null });
    const query = pictureQuery(this.store.get(), this.allowed);
    if (query) {
      this.preview.ask(query, delay);
    } else {
      this.preview.clear();
      this.run(delay);
    }
  }

  /** Ask what the selection costs. */
  weigh(): void {
    const { asset, group } = this.store.get().looking;
    this.estimate.ask({ asset, group, selection: this.selection() }, SETTLED_MS);
  }

  /** Ask for the series. */
  run(delay = 0): void {
    const query = seriesQuery(this.store.get(), this.preview.store.get().answer);
    if (query) {
      this.series.ask(query, delay);
    } else {
      this.series.clear();
    }
  }

  /** What a picture that was refused would read, so that a person can decide. */
  private async weighRefused(
    query: Part<PreviewQuery>,
    error: unknown,
    signal: AbortSignal
  ): Promise<void> {
    if (signal.aborted || !(error instanceof ProblemError) || !isBeyond(error.problem)) {
      return;
    }
    const weighed = await this.client
      .estimate({ source: this.source, ...weightQuery(query) }, signal)
      .catch(() => null);
    if (!signal.aborted) {
      this.store.patch({ beyond: weighed?.read_bytes ?? null });
    }
  }

  private questions() {
    return [this.description, this.estimate, this.preview, this.series];
  }

  /** Ask for the values of the steps in sight that the description does not tell. */
  private learnLabels(): void {
    for (const [name, index] of unknownLabels(this.store.get())) {
      void this.askLabel(name, index);
    }
  }

  private async askLabel(dimension: string, index: number): Promise<void> {
    const query = { ...this.where(), dimension, index, label: null };
    const located = await this.client.locate(query, this.ending.signal).catch(() => null);
    if (located) {
      this.learn(dimension, located.index, located.label);
    }
  }

  private learn(name: string, index: number, label: number | string): void {
    const { labels } = this.store.get();
    this.store.patch({ labels: { ...labels, [name]: { ...labels[name], [index]: label } } });
  }

  private playOn(): void {
    const { playing } = this.store.get();
    const { asking, problem, stopped } = this.preview.store.get();
    if (playing === null || asking) {
      return;
    }
    clearTimeout(this.frame);
    if (problem || stopped) {
      this.store.patch({ playing: null });
    } else {
      this.frame = setTimeout(() => this.nextFrame(), FRAME_MS);
    }
  }

  private nextFrame(): void {
    const state = this.store.get();
    const { playing } = state;
    if (playing === null) {
      return;
    }
    const size = dimensionNamed(state, playing)?.size ?? 0;
    const next = (state.looking.steps[playing] ?? 0) + 1;
    if (next < size) {
      this.step(playing, next);
    } else {
      this.store.patch({ playing: null });
    }
  }
}
