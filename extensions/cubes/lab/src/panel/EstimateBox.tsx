import type { ReactElement } from 'react';
import { bytesText, counted } from '../format';
import type { Estimate, Offer } from '../tokens';
import type { CubeProps } from './context';
import { Trouble } from './Trouble';

type Verdict = Estimate['verdict'];

const WORDS: Readonly<Record<Verdict, string>> = {
  fits: 'Fits in this server',
  tight: 'Fits, but barely',
  does_not_fit: 'Does not fit in this server',
  unknown: 'Free memory is not known',
  empty: 'Nothing is selected'
};

const MARKS: Readonly<Record<Verdict, string>> = {
  fits: 'M3 8.5l3.2 3.2L13 4.5',
  tight: 'M8 3v6M8 11.5v1.5',
  does_not_fit: 'M4 4l8 8M12 4l-8 8',
  unknown: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.2 8 10M8 12v1',
  empty: 'M4 8h8'
};

/** What the selection costs, beside its fields, and what would fit where it does not. */
export function EstimateBox({ estimate, actions }: CubeProps): ReactElement {
  const { answer, asking, problem } = estimate;
  return (
    <section className="eohub-CubeEstimate" aria-label="Estimate" aria-busy={asking}>
      {answer && !problem && <Answer estimate={answer} onApply={actions.apply} />}
      {problem && !asking && <Trouble problem={problem} onRetry={actions.weighAgain} />}
      {asking && (
        <p className="eohub-CubeQuiet" role="status">
          Measuring
        </p>
      )}
    </section>
  );
}

interface AnswerProps {
  readonly estimate: Estimate;
  readonly onApply: (selection: NonNullable<Offer['selection']>) => void;
}

function Answer({ estimate, onApply }: AnswerProps): ReactElement {
  const { verdict, text, aligned, offers } = estimate;
  return (
    <>
      <p className={`eohub-CubeVerdict eohub-mod-${verdict}`}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path d={MARKS[verdict]} />
        </svg>
        {WORDS[verdict]}
      </p>
      <p aria-live="polite">{text}</p>
      {verdict !== 'empty' && <Bars estimate={estimate} />}
      {aligned && (
        <button type="button" className="eohub-CubeButton" onClick={() => onApply(aligned)}>
          Grow to whole chunks
        </button>
      )}
      {offers.length > 0 && (
        <ul className="eohub-CubeOffers" aria-label="What would fit">
          {offers.map(({ text: offered, selection }) => (
            <li key={offered}>
              {offered}{' '}
              {selection && (
                <button
                  type="button"
                  className="eohub-CubeButton"
                  aria-label={`Select it: ${offered}`}
                  onClick={() => onApply(selection)}
                >
                  Select it
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Bars({ estimate }: { readonly estimate: Estimate }): ReactElement {
  const { memory_bytes, free_bytes, limit_bytes, read_bytes, used_share, chunks, requests } =
    estimate;
  return (
    <dl className="eohub-CubeBars">
      <dt>Memory</dt>
      <dd>
        {free_bytes !== null && (
          <Bar
            name="Memory of the selection against what is free"
            share={free_bytes > 0 ? memory_bytes / free_bytes : Infinity}
            words={`${bytesText(memory_bytes)} of ${bytesText(free_bytes)} free`}
            className={`eohub-mod-${estimate.verdict}`}
          />
        )}
        {bytesText(memory_bytes)}
        {free_bytes !== null && ` of ${bytesText(free_bytes)} free`}
        {limit_bytes !== null &&
          `, ${percentText(memory_bytes / limit_bytes)} of the ${bytesText(limit_bytes)} of this server`}
      </dd>
      <dt>To read</dt>
      <dd>
        <Bar
          name="Part of what is read that the selection needs"
          share={read_bytes > 0 ? used_share : 0}
          words={`${percentText(used_share)} of it is needed`}
          className="eohub-mod-used"
        />
        {bytesText(read_bytes)}, {counted(chunks, 'chunk')}, {counted(requests, 'request')}
        {used_share < 0.995 && `, ${percentText(used_share)} needed`}
      </dd>
    </dl>
  );
}

function percentText(share: number): string {
  return share < 0.01 ? 'less than 1 %' : `${Math.round(100 * share).toLocaleString('en')} %`;
}

function Bar(props: {
  readonly name: string;
  readonly share: number;
  readonly words: string;
  readonly className: string;
}): ReactElement {
  const percent = Math.min(100, Math.max(0, 100 * props.share));
  return (
    <span
      className={`eohub-CubeBar ${props.className}`}
      role="meter"
      aria-label={props.name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
      aria-valuetext={props.words}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}
