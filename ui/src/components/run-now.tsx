import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, NotSignedInError, request } from '../api/client';
import { pipeline } from '../api/live';
import { mayChange } from '../api/session';
import type { TriggeredRunDto, UpdateType } from '../generated/types.gen';
import { href, navigate } from '../router';
import { runName } from '../run-words';
import { CustomOptions, optionsOf } from './custom-options';
import { Dialog } from './dialog';
import { notify } from './toasts';

const TYPES: readonly (readonly [UpdateType, string])[] = [
  ['quick', 'Popular and trending movies, three pages each, without details.'],
  ['daily', 'All five lists, five pages each, and the details of up to 500 movies that are due.'],
  [
    'full',
    'All five lists, ten pages each, and the details of up to 1,000 due movies and of all overdue ones.',
  ],
  ['catalogue', 'Every movie that TMDB has, if it is due. It gives way to every other run.'],
  ['custom', 'Lists and details as you choose.'],
];

/** A catalogue run requires CATALOGUE=all, which also adds its job. */
function typesHere(): typeof TYPES {
  const hasCatalogue = pipeline.value?.scheduled_jobs.some((job) => job.id === 'catalogue_sync') === true;
  return TYPES.filter(([type]) => type !== 'catalogue' || hasCatalogue);
}

/** The button that starts a run of any type. */
export function RunNow(): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  if (!mayChange.value) return null;
  return (
    <>
      <button
        type="button"
        class="button button-primary"
        onClick={() => {
          setOpen(true);
        }}
      >
        Run now
      </button>
      {isOpen ? (
        <RunNowDialog
          close={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

function RunNowDialog({ close }: { readonly close: () => void }): JSX.Element {
  const [type, setType] = useState<UpdateType>('quick');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const options = type === 'custom' ? optionsOf(new FormData(event.currentTarget as HTMLFormElement)) : {};
    setBusy(true);
    setError(null);
    try {
      const body = { update_type: type, ...options };
      const { body: run } = await request<TriggeredRunDto>('/pipeline/run', { method: 'POST', body });
      close();
      notify(run.message, 'good');
      navigate(`/runs/${run.run_id}`);
    } catch (failure) {
      setBusy(false);
      if (!(failure instanceof NotSignedInError)) setError(failure as Error);
    }
  };

  return (
    <Dialog title="Run now" onClose={close}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <fieldset class="choices">
          <legend class="visually-hidden">Type</legend>
          {typesHere().map(([value, text]) => (
            <label key={value} class="choice">
              <input
                type="radio"
                name="update_type"
                value={value}
                checked={type === value}
                onChange={() => {
                  setType(value);
                }}
              />
              <span>
                <strong>{runName(value)}</strong>
                <span class="muted">{text}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {type === 'custom' ? <CustomOptions /> : null}
        <div role="alert" class="form-error">
          {error === null ? null : <Refusal error={error} />}
        </div>
        <div class="form-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={isBusy}>
            {isBusy ? 'Starting …' : 'Start'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A run is refused while another one is active: the reason leads there. */
function Refusal({ error }: { readonly error: Error }): JSX.Element {
  const active = pipeline.value?.current_run?.run_id;
  return (
    <p>
      {error.message}{' '}
      {error instanceof ApiError && error.status === 409 && active !== undefined ? (
        <a href={href(`/runs/${active}`)}>Open run {active}</a>
      ) : null}
    </p>
  );
}
