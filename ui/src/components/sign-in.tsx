import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { bodyOf, send } from '../api/client';
import { closeSignIn, keepToken, signInReason, user } from '../api/session';
import type { MeDto, TokenDto } from '../generated/types.gen';
import { Dialog } from './dialog';

/** The dialog that a request without a valid token opens. What lies below it stays as it is. */
export function SignIn(): JSX.Element | null {
  const reason = signInReason.value;
  return reason === null ? null : <SignInDialog reason={reason} />;
}

function SignInDialog({ reason }: { readonly reason: string }): JSX.Element {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    try {
      const body = { username: form.get('username'), password: form.get('password') };
      keepToken(await bodyOf<TokenDto>(await send('/auth/login', { method: 'POST', body })));
      user.value = await bodyOf<MeDto>(await send('/auth/me'));
      closeSignIn(true);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title="Sign in"
      onClose={() => {
        closeSignIn(false);
      }}
    >
      <p class="muted">{reason}</p>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <Fields />
        <p class="form-error" role="alert">
          {error}
        </p>
        <div class="form-actions">
          <button
            type="button"
            class="button"
            onClick={() => {
              closeSignIn(false);
            }}
          >
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={isBusy}>
            {isBusy ? 'Signing in …' : 'Sign in'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Fields(): JSX.Element {
  return (
    <>
      <label class="field">
        <span>Name</span>
        <input
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          autofocus
        />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
    </>
  );
}
