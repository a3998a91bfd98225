import { useEffect, useState, type RefObject } from 'react';

/** Rows beyond the ones in view, so that a fast scroll finds them drawn. */
const BESIDE = 6;
/** Rows that are drawn where nothing can be measured. */
const FEWEST = 12;

/** The rows of a list that one row makes longer. Heights and places are pixels. */
export interface Rows {
  readonly count: number;
  readonly height: number;
  /** The row that is open, or -1, and by how much it is higher than the others. */
  readonly open: number;
  readonly extra: number;
}

/** Where a row begins. */
export function topOf({ height, open, extra }: Rows, index: number): number {
  return index * height + (open >= 0 && index > open ? extra : 0);
}

/** How long all rows are. */
export function lengthOf(rows: Rows): number {
  return topOf(rows, rows.count) + (rows.open === rows.count ? rows.extra : 0);
}

/** The first and the last row to draw, both included, for what is in view. */
export function drawn(rows: Rows, scrolled: number, view: number): readonly [number, number] {
  const first = Math.floor(Math.max(0, scrolled - rows.extra) / rows.height) - BESIDE;
  const last = Math.ceil((scrolled + view) / rows.height) + BESIDE;
  return [Math.max(0, first), Math.min(rows.count - 1, Math.max(last, first + FEWEST))];
}

/** How far to scroll so that a row is in view, or null where it is. */
export function scrollTo(rows: Rows, index: number, scrolled: number, view: number): number | null {
  const top = topOf(rows, index);
  const bottom = top + rows.height + (index === rows.open ? rows.extra : 0);
  if (top < scrolled) {
    return top;
  }
  return bottom > scrolled + view ? Math.min(top, bottom - view) : null;
}

/** How far a box is scrolled and how high it is. */
export function useScroll(box: RefObject<HTMLElement>): { scrolled: number; view: number } {
  const [seen, setSeen] = useState({ scrolled: 0, view: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) {
      return undefined;
    }
    const look = () =>
      setSeen(old => {
        const now = { scrolled: element.scrollTop, view: element.clientHeight };
        return old.scrolled === now.scrolled && old.view === now.view ? old : now;
      });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [box]);
  return seen;
}
