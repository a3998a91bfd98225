import { useEffect, type ReactElement } from 'react';
import { AreaField } from './AreaField';
import { CollectionField } from './CollectionField';
import { usePanel, type PanelState } from './context';
import { Cql2Field } from './Cql2Field';
import type { Drawing } from './mapProps';
import { PropertyFields } from './PropertyFields';
import { TimeFields } from './TimeFields';

interface Props {
  readonly state: PanelState;
  readonly drawing: Drawing | null;
  readonly onDraw: (shape: Drawing | null) => void;
}

/** What narrows a search beside words. */
export function FilterSection({ state, drawing, onDraw }: Props): ReactElement {
  const { actions } = usePanel();
  const { search } = state;
  // Places are offered here, whether or not the section that lists them was ever open.
  useEffect(() => void actions.saved.load(), [actions]);
  return (
    <div className="eohub-Filters" role="group" aria-label="Filters">
      <CollectionField form={search.form} choices={state.collections} />
      <TimeFields form={search.form} />
      <AreaField search={search} places={state.saved.places} drawing={drawing} onDraw={onDraw} />
      <PropertyFields search={search} choices={state.properties} />
      <Cql2Field form={search.form} />
    </div>
  );
}
