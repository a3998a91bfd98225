import { useId, useState, type KeyboardEvent, type ReactElement } from 'react';

/** One thing that can be picked. */
export interface Option {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  /** Whether nobody lists it and it is only what was typed. */
  readonly isTyped?: boolean;
}

interface Props {
  readonly label: string;
  readonly placeholder: string;
  readonly options: readonly Option[];
  readonly picked: readonly string[];
  readonly busy: boolean;
  /** What stands below the options, such as that there are more. */
  readonly foot: ReactElement | null;
  /** What is said of text that nobody lists, which is offered last. */
  readonly otherwise: string;
  /** Called when the list opens, and with each text that is typed. */
  readonly onText: (text: string) => void;
  readonly onPick: (id: string) => void;
}

/**
 * A field that offers options for what is typed: the combobox pattern of ARIA, with a list below the field.
 * Enter picks the option that is walked to, or the one whose name is typed; what nobody lists has to be walked to.
 */
export function Combobox(given: Props): ReactElement {
  const { label } = given;
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const props = { ...given, options: withTyped(given, text.trim()) };
  const offer = (typed: string) => {
    setText(typed);
    setActive(-1);
    setOpen(true);
    props.onText(typed);
  };
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const pick = (picked: string) => {
    props.onPick(picked);
    setText('');
    close();
  };
  const walk = (to: number) => {
    setActive(to);
    document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="eohub-Combobox" onBlur={event => isLeft(event) && close()}>
      <input
        type="text"
        role="combobox"
        className="jp-mod-styled"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        placeholder={props.placeholder}
        autoComplete="off"
        value={text}
        onClick={() => !isOpen && offer(text)}
        onChange={event => offer(event.target.value)}
        onKeyDown={event =>
          press(event, {
            ...props,
            isOpen,
            active,
            text,
            open: () => offer(text),
            close,
            pick,
            walk
          })
        }
      />
      {isOpen && <Options {...props} id={id} active={active} pick={pick} />}
    </div>
  );
}

/** The options, and what is typed where it is none of them. */
function withTyped({ options, busy, otherwise }: Props, typed: string): readonly Option[] {
  const isKnown = options.some(each => each.id === typed);
  return typed === '' || busy || isKnown
    ? options
    : [...options, { id: typed, label: `“${typed}”`, detail: otherwise, isTyped: true }];
}

function isLeft(event: { currentTarget: Element; relatedTarget: unknown }): boolean {
  return !event.currentTarget.contains(event.relatedTarget as Node | null);
}

interface Keys {
  readonly options: readonly Option[];
  readonly isOpen: boolean;
  readonly active: number;
  readonly text: string;
  readonly open: () => void;
  readonly close: () => void;
  readonly pick: (id: string) => void;
  readonly walk: (to: number) => void;
}

function press(event: KeyboardEvent, keys: Keys): void {
  const { options, isOpen, active } = keys;
  const last = options.length - 1;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const down = active >= last ? 0 : active + 1;
    const up = active <= 0 ? last : active - 1;
    if (isOpen) {
      keys.walk(event.key === 'ArrowDown' ? down : up);
    } else {
      keys.open();
    }
  } else if (event.key === 'Escape' && isOpen) {
    event.preventDefault();
    event.stopPropagation();
    keys.close();
  } else if (event.key === 'Enter' && isOpen) {
    const typed = keys.text.trim();
    const named = options.filter(
      each => !each.isTyped && (each.id === typed || each.label === typed)
    );
    const meant = options[active] ?? (named.length === 1 ? named[0] : undefined);
    if (typed !== '' || meant) {
      // Neither is a name made up nor a search begun while one is looked for.
      event.preventDefault();
    }
    if (meant) {
      keys.pick(meant.id);
    }
  }
}

interface OptionsProps extends Props {
  readonly id: string;
  readonly active: number;
  readonly pick: (id: string) => void;
}

function Options(props: OptionsProps): ReactElement {
  const { id, label, options, picked, active, busy, foot, pick } = props;
  return (
    // The field keeps the focus while an option is pressed.
    <div className="eohub-Options" onMouseDown={event => event.preventDefault()}>
      <ul id={`${id}-list`} role="listbox" aria-label={label} aria-multiselectable="true">
        {options.map((option, index) => (
          <li
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={picked.includes(option.id)}
            data-active={index === active}
            onClick={() => pick(option.id)}
          >
            <span>{option.label}</span>
            {option.detail && <small>{option.detail}</small>}
          </li>
        ))}
      </ul>
      <div className="eohub-Options-foot" role="status">
        {busy && 'Looking'}
        {!busy && options.length === 0 && 'Nothing of this name'}
        {!busy && foot}
      </div>
    </div>
  );
}
