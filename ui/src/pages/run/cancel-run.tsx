import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { request } from '../../api/client';
import { mayChange } from '../../api/session';
import { Dialog } from '../../components/dialog';
import { attempt, notify } from '../../components/toasts';
import type { CancelledRunDto, RunDetailsDto } from '../../generated/types.gen';
import { runName } from '../../run-words';

/** The button that cancels a run, after a confirmation. */
export function CancelRun({ run }: { readonly run: RunDetailsDto }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  if (!mayChange.value) return null;
  const cancel = (): Promise<void> =>
    attempt(async () => {
      setOpen(false);
      const { body } = await request<CancelledRunDto>(`/pipeline/runs/${run.id}/cancel`, { method: 'POST' });
      notify(body.message, 'good');
    });
  const close = (): void => {
    setOpen(false);
  };
  return (
    <>
      <button
        type="button"
        class="button button-danger"
        onClick={() => {
          setOpen(true);
        }}
      >
        Cancel run
      </button>
      {isOpen ? (
        <Dialog title={`Cancel ${runName(run.update_type).toLowerCase()} #${run.id}?`} onClose={close}>
          <p>What it has stored stays. It ends within seconds, and cannot be continued.</p>
          <div class="form-actions">
            <button type="button" class="button" autofocus onClick={close}>
              Keep running
            </button>
            <button type="button" class="button button-danger" onClick={() => void cancel()}>
              Cancel run
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
