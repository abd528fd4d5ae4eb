import type { JSX } from 'preact';
import { LICENCES, VERSION } from 'virtual:about';
import { Card } from '../../components/card';
import { Page } from '../../components/page';
import './about.css';

const LINKS = [
  ['API', '/docs', 'Swagger UI'],
  ['OpenAPI', '/openapi.json', 'openapi.json'],
  ['Health', '/health', 'Service health'],
] as const;

/** The version, the interfaces, and what TMDB and the authors of the parts ask for. */
export function About(): JSX.Element {
  return (
    <Page title="About">
      <div class="about">
        <Service />
        <Tmdb />
        <Card title="Licences" class="about-wide">
          <p class="muted">The dashboard contains these packages. Select one to read its licence.</p>
          {LICENCES.map(({ name, version, license, text }) => (
            <details key={name} class="licence">
              <summary>
                {name} <span class="muted">{version}</span>
                <span class="licence-name muted">{license}</span>
              </summary>
              <pre tabIndex={0}>{text}</pre>
            </details>
          ))}
        </Card>
      </div>
    </Page>
  );
}

function Service(): JSX.Element {
  return (
    <Card title="Service">
      <dl class="facts">
        <div>
          <dt>Version</dt>
          <dd class="number">{VERSION}</dd>
        </div>
        {LINKS.map(([name, address, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <a href={address} target="_blank" rel="noreferrer">
                {text}
              </a>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Tmdb(): JSX.Element {
  return (
    <Card title="Source of the data">
      <p class="about-notice">
        This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by
        TMDB.
      </p>
      <p>
        All movie data and images come from{' '}
        <a href="https://www.themoviedb.org/" target="_blank" rel="noreferrer">
          The Movie Database (TMDB)
        </a>
        . Its{' '}
        <a href="https://www.themoviedb.org/api-terms-of-use" target="_blank" rel="noreferrer">
          terms of use of the API
        </a>{' '}
        apply to everyone who uses them:
      </p>
      <ul class="about-terms">
        <li>Content may be kept for at most six months without a refresh.</li>
        <li>Use for machine learning or artificial intelligence needs a licence from TMDB.</li>
        <li>Commercial use needs an agreement with TMDB.</li>
        <li>Whoever shows the data names TMDB as the source, with the notice above.</li>
      </ul>
    </Card>
  );
}
