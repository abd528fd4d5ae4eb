import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Image } from '../../components/image';
import type { CastMemberDto, CrewMemberDto } from '../../generated/types.gen';

/** The cast in billing order. */
export function Cast({ cast }: { readonly cast: readonly CastMemberDto[] }): JSX.Element {
  return (
    <Card title="Cast" class="movie-wide">
      {cast.length === 0 ? <p class="muted">TMDB names no cast.</p> : null}
      <ul class="cast">
        {cast.map(({ id, name, character, profile_path: path }, index) => (
          <li key={index}>
            <Image of={id} path={path} size="w185" width={185} height={278} class="portrait">
              <span class="initials">{initials(name)}</span>
            </Image>
            <span class="person">{name}</span>
            <span class="muted">{character}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** `EN` of `Edward Norton` */
function initials(name: string): string {
  const parts = name.split(/\s+/).filter((part) => part !== '');
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return ends.map((part) => Array.from(part ?? '')[0] ?? '').join('');
}

/** The crew by job, in the stored order. */
export function Crew({ crew }: { readonly crew: readonly CrewMemberDto[] }): JSX.Element | null {
  if (crew.length === 0) return null;
  const byJob = Map.groupBy(crew, ({ job }) => job ?? 'Other');
  return (
    <Card title="Crew">
      <dl class="facts">
        {[...byJob].map(([job, members]) => (
          <div key={job}>
            <dt>{job}</dt>
            <dd>{members.map(({ name }) => name).join(', ')}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
