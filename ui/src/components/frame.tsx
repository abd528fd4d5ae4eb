import type { ComponentChildren, JSX } from 'preact';
import { connection } from '../api/connection';
import { reconnectNow } from '../api/live';
import { forgetToken, isSignedIn, requestSignIn, user } from '../api/session';
import { now } from '../clock';
import { href, path } from '../router';
import { PAGES } from '../pages';
import { Icon } from './icons';
import { SignIn } from './sign-in';
import { notify, Toasts } from './toasts';

/** What all pages share: navigation, the account, the banner of a lost connection, messages and the sign-in dialog. */
export function Frame({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <a class="skip-link" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <div class="frame">
        <header class="sidebar">
          <a class="brand" href={href('/')}>
            <Logo />
            movie-pipeline
          </a>
          <Navigation />
          <Account />
        </header>
        <main id="content" class="content" tabIndex={-1}>
          <ConnectionBanner />
          {children}
        </main>
      </div>
      <Toasts />
      <SignIn />
    </>
  );
}

/** The router would take the fragment for a page. */
function skipToContent(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Navigation(): JSX.Element {
  const here = path.value;
  return (
    <nav class="navigation" aria-label="Pages">
      <ul>
        {PAGES.map(({ path: to, navigation }) => {
          if (navigation === null) return null;
          const isHere = to === '/' ? here === '/' : here === to || here.startsWith(`${to}/`);
          return (
            <li key={to}>
              <a class="navigation-link" href={href(to)} aria-current={isHere ? 'page' : undefined}>
                <Icon name={navigation.icon} />
                <span>{navigation.name}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Account(): JSX.Element {
  if (!isSignedIn.value) {
    return (
      <div class="account">
        <button
          type="button"
          class="button"
          onClick={() => void requestSignIn('Sign in to start runs and change schedules.')}
        >
          <Icon name="user" />
          Sign in
        </button>
      </div>
    );
  }
  return (
    <div class="account">
      <span class="account-name">
        <Icon name="user" />
        <span>
          <strong>{user.value?.username ?? '…'}</strong>
          <span class="muted">{user.value?.role}</span>
        </span>
      </span>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => {
          forgetToken();
          notify('You are signed out.');
        }}
      >
        Sign out
      </button>
    </div>
  );
}

function ConnectionBanner(): JSX.Element {
  const { state, retryAt } = connection;
  return (
    <div role="status">
      {state.value === 'lost' ? (
        <div class="banner tone-bad">
          <Icon name="alert" />
          <span>
            The service does not answer. What you see may be out of date.{' '}
            <span aria-live="off">{retryText(retryAt.value)}</span>
          </span>
          <button type="button" class="button" onClick={reconnectNow}>
            Try now
          </button>
        </div>
      ) : null}
      {state.value === 'limited' ? (
        <div class="banner tone-warn">
          <Icon name="alert" />
          <span>
            Updates come every 15 seconds, because too many tabs are open. Close one to see them live.
          </span>
        </div>
      ) : null}
    </div>
  );
}

function retryText(retryAt: number | null): string {
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now.value) / 1_000);
  return seconds <= 0 ? 'Connecting …' : `Next attempt in ${seconds} s.`;
}

function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M8 10h10M8 16h16M8 22h7" />
      <circle cx="23" cy="10" r="2" />
      <circle cx="20" cy="22" r="2" />
    </svg>
  );
}
