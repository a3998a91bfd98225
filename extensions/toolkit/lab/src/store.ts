import { useSyncExternalStore } from 'react';

/** A value that changes over time, and those who want to know. */
export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  /** The value now. */
  readonly get = (): T => this.value;

  /** Replace the value and tell everybody. */
  set(value: T): void {
    if (Object.is(value, this.value)) {
      return;
    }
    this.value = value;
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  /** Replace some fields. */
  patch(part: Partial<T>): void {
    this.set({ ...this.value, ...part });
  }

  /** Call `listener` after each change until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
}

/** The value of a store in a React component, which is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
