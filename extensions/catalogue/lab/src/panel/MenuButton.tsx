import type { ComponentType, ReactElement } from 'react';

interface Props {
  /** What is opened, for those who hear the button. */
  readonly of: string;
  readonly text: string;
  /** Why the data cannot be looked at, or null; the menu opens all the same. */
  readonly refusal: string | null;
  /** Id of the element that tells the reason. */
  readonly reasonId: string;
  readonly caret: ComponentType;
  /** Told where the menu opens, in pixels of the window. */
  readonly onOpen: (x: number, y: number) => void;
}

/** Opens the menu of an item. */
export function MenuButton({ caret: Caret, refusal, ...props }: Props): ReactElement {
  return (
    <button
      type="button"
      className="jp-mod-styled eohub-Open eohub-mod-alone"
      aria-haspopup="menu"
      aria-label={`${props.text} ${props.of}`}
      aria-describedby={refusal === null ? undefined : props.reasonId}
      title={refusal ?? 'Look at its data, insert code, and more'}
      onClick={event => {
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        props.onOpen(left, bottom);
      }}
    >
      <span>{props.text}</span> <Caret />
    </button>
  );
}
