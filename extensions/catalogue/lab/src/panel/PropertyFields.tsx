import { useEffect, useState, type ReactElement } from 'react';
import { propertyName } from '../describe';
import { CLOUD_COVER, conditionsOn, EMPTY_FORM, withProperty, type SearchForm } from '../form';
import type { PropertyChoices } from '../queryables';
import { chosenRows, type SearchState } from '../state';
import type { PropertyFilter, Queryable } from '../tokens';
import { Combobox } from './Combobox';
import { usePanel } from './context';
import { PropertyControl } from './PropertyControl';

/** These have fields of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  CLOUD_COVER,
  'id',
  'collection',
  'geometry',
  'datetime',
  'start_datetime',
  'end_datetime'
]);

interface Props {
  readonly search: SearchState;
  readonly choices: PropertyChoices;
}

/** Cloud cover, and every other property that a person wants: each with the control of its type. */
export function PropertyFields({ search, choices }: Props): ReactElement {
  const { actions } = usePanel();
  const { form } = search;
  const [added, setAdded] = useState<readonly string[]>([]);
  const [newest, setNewest] = useState<string | null>(null);
  const [words, setWords] = useState('');
  useOffer(search);
  const set = form.properties.map(each => each.property);
  const shown = [...new Set([...set, ...added])].filter(each => each !== CLOUD_COVER);
  useEffect(() => {
    // The very form that clears all.
    if (form === EMPTY_FORM) {
      setAdded([]);
    }
  }, [form]);
  const change = (name: string, conditions: readonly PropertyFilter[]) =>
    actions.search.edit(withProperty(form, name, conditions));
  const pick = (name: string, conditions: readonly PropertyFilter[]) =>
    actions.search.pick(withProperty(form, name, conditions));
  const remove = (name: string) => {
    setAdded(added.filter(each => each !== name));
    setNewest(null);
    if (set.includes(name)) {
      pick(name, []);
    }
  };
  return (
    <>
      <CloudField form={form} onChange={conditions => change(CLOUD_COVER, conditions)} />
      {shown.map(name => (
        <PropertyControl
          key={name}
          queryable={choices.queryables.find(each => each.name === name) ?? unknown(name)}
          conditions={conditionsOn(form, name)}
          isNew={name === newest}
          onChange={conditions => change(name, conditions)}
          onPick={conditions => pick(name, conditions)}
          onRemove={() => remove(name)}
        />
      ))}
      <Combobox
        label="Add a property"
        placeholder="+ property"
        options={offered(choices.queryables, words, shown)}
        picked={shown}
        busy={choices.asking}
        foot={<Notes notes={choices.notes} />}
        otherwise="No catalogue tells of it"
        onText={setWords}
        onPick={name => {
          setAdded([...added, name]);
          setNewest(name);
        }}
      />
    </>
  );
}

/** Asks what can be searched by whenever that may have changed. */
function useOffer(search: SearchState): void {
  const { actions } = usePanel();
  const { form, listings } = search;
  const collections = form.collections.join('\n');
  const catalogues = chosenRows(search)
    .map(row => row.source.id)
    .join('\n');
  useEffect(() => {
    void actions.properties.offer(collections === '' ? [] : collections.split('\n'));
  }, [actions, collections, catalogues, listings]);
}

function Notes({ notes }: { notes: readonly string[] }): ReactElement {
  return (
    <>
      {notes.map(note => (
        <p key={note}>{note}</p>
      ))}
    </>
  );
}

function offered(queryables: readonly Queryable[], words: string, shown: readonly string[]) {
  const wanted = words.toLowerCase();
  return queryables
    .filter(each => !ELSEWHERE.has(each.name) && !shown.includes(each.name))
    .filter(each => `${each.title} ${each.name}`.toLowerCase().includes(wanted))
    .map(each => ({
      id: each.name,
      label: each.title,
      detail: each.title === each.name ? each.type : `${each.name} · ${each.type}`
    }));
}

/** A property of which nothing is told, such as one of a link. */
function unknown(name: string): Queryable {
  const told = { values: [], minimum: null, maximum: null, unit: null };
  return { ...told, name, title: propertyName(name), type: 'string' };
}

interface CloudProps {
  readonly form: SearchForm;
  readonly onChange: (conditions: readonly PropertyFilter[]) => void;
}

/** Empty by itself: a limit would hide every item that has no clouds to tell of, such as radar. */
function CloudField({ form, onChange }: CloudProps): ReactElement {
  const limit = conditionsOn(form, CLOUD_COVER).find(each => each.op === '<=')?.value;
  return (
    <label className="eohub-Line">
      <span className="eohub-Label">Cloud ≤</span>
      <input
        type="number"
        className="jp-mod-styled eohub-Short"
        aria-label="Most cloud cover in percent"
        title="Items that tell no cloud cover, such as radar, are left out by any limit"
        min={0}
        max={100}
        step="any"
        placeholder="any"
        value={typeof limit === 'number' ? limit : ''}
        onChange={event => {
          const value = event.target.valueAsNumber;
          onChange(
            Number.isFinite(value)
              ? [{ property: CLOUD_COVER, op: '<=', value: within(value) }]
              : []
          );
        }}
      />
      <span>%</span>
    </label>
  );
}

function within(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
