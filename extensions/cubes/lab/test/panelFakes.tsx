import { render } from '@testing-library/react';
import { vi, type Mock } from 'vitest';
import type { CubeActions, CubeProps } from '../src/panel/context';
import { CubePage } from '../src/panel/CubePage';
import { NOT_ASKED, type Asked } from '../src/question';
import { NOWHERE, START, type CubeState } from '../src/state';
import { description, SOURCE } from './fakes';

/** What the page asked for, each a function that only notes its arguments. */
export type SeenActions = { readonly [K in keyof CubeActions]: Mock<CubeActions[K]> };

export function actions(): SeenActions {
  const names = [
    'load',
    'enter',
    'choose',
    'turn',
    'include',
    'step',
    'take',
    'apply',
    'colour',
    'readAnyway',
    'lookAgain',
    'weighAgain',
    'runAgain',
    'pick',
    'runAlong',
    'showMembers',
    'play',
    'stop',
    'insert',
    'copyCode',
    'copy'
  ] as const;
  const noted = Object.fromEntries(names.map(name => [name, vi.fn()]));
  return { ...noted, locate: vi.fn(async () => 0) } as unknown as SeenActions;
}

export function answered<T>(answer: T): Asked<T> {
  return { ...NOT_ASKED, answer };
}

/** Data that is described, with `tas` looked at. */
export function described(changes: Partial<CubeState> = {}): CubeState {
  return {
    ...START,
    description: description(),
    looking: { ...NOWHERE, asset: 'data', variable: 'tas' },
    ...changes
  };
}

export function show(changes: Partial<CubeProps> = {}) {
  const seen = actions();
  const props: CubeProps = {
    source: SOURCE,
    state: described(),
    description: NOT_ASKED,
    estimate: NOT_ASKED,
    preview: NOT_ASKED,
    series: NOT_ASKED,
    coasts: async () => 'M0 0L1 1',
    canInsert: true,
    actions: seen,
    ...changes
  };
  const { container, rerender } = render(<CubePage {...props} />);
  const again = (more: Partial<CubeProps>) => rerender(<CubePage {...props} {...more} />);
  return { actions: seen, container, again };
}
