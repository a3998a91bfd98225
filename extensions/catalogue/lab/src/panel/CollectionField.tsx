import type { ReactElement } from 'react';
import type { CollectionChoices } from '../collections';
import type { SearchForm } from '../form';
import { Combobox } from './Combobox';
import { usePanel } from './context';
import { period } from './format';

interface Props {
  readonly form: SearchForm;
  readonly choices: CollectionChoices;
}

/** The collections that are searched: found by words in all chosen catalogues, several at once. */
export function CollectionField({ form, choices }: Props): ReactElement {
  const { actions } = usePanel();
  const toggle = (id: string) => {
    const others = form.collections.filter(each => each !== id);
    const isOn = others.length < form.collections.length;
    actions.search.pick({ ...form, collections: isOn ? others : [...others, id] });
  };
  return (
    <div className="eohub-Field">
      <span className="eohub-Label">Collections</span>
      <Combobox
        label="Collections"
        placeholder={form.collections.length > 0 ? `${form.collections.length} chosen` : 'any'}
        options={choices.options.map(each => ({
          id: each.id,
          label: each.title,
          detail: [each.catalogues.join(', '), dates(each.start, each.end)]
            .filter(Boolean)
            .join(' · ')
        }))}
        picked={form.collections}
        busy={choices.asking}
        foot={
          <>
            {choices.notes.map(note => (
              <p key={note}>{note}</p>
            ))}
            {choices.more && (
              <button
                type="button"
                className="eohub-Link"
                onClick={() => void actions.collections.more()}
              >
                More collections
              </button>
            )}
          </>
        }
        otherwise="No catalogue lists it"
        onText={words => actions.collections.type(words)}
        onPick={toggle}
      />
    </div>
  );
}

function dates(start: string | null, end: string | null): string {
  return start === null && end === null ? '' : period(start, end);
}
