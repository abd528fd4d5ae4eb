import type { JSX } from 'preact';
import { get } from '../../api/client';
import { pipeline } from '../../api/live';
import { useResource } from '../../api/use-resource';
import { Card } from '../../components/card';
import { Page } from '../../components/page';
import { Empty, Loaded } from '../../components/states';
import { count, percent, plural } from '../../format';
import type { CoverageDto } from '../../generated/types.gen';
import { href } from '../../router';
import { Ages } from './ages';
import { Bars } from './bars';
import { Failing } from './failing';
import './data.css';

/** How complete and how fresh the stored movies are, and which of them fail. */
export function Data(): JSX.Element {
  const last = pipeline.value?.last_run ?? null;
  const ended = last === null ? '' : `${last.id} ${last.status}`;
  const coverage = useResource((signal) => get<CoverageDto>('/pipeline/coverage', {}, signal), [ended]);
  return (
    <Page title="Data">
      <div class="data">
        <Loaded of={coverage} lines={6}>
          {(data) => (data.stored === 0 ? <NoMovies /> : <Summary data={data} />)}
        </Loaded>
        <Failing ended={ended} />
        {coverage.data === null || coverage.data.stored === 0 ? null : <Columns data={coverage.data} />}
      </div>
    </Page>
  );
}

function NoMovies(): JSX.Element {
  return (
    <Card title="Movies">
      <Empty title="No movie is stored yet.">
        <p>
          The first run brings them in. The <a href={href('/')}>overview</a> shows when the next one starts.
        </p>
      </Empty>
    </Card>
  );
}

function Summary({ data }: { readonly data: CoverageDto }): JSX.Element {
  return (
    <>
      <Figures data={data} />
      <Ages data={data} />
    </>
  );
}

function Columns({ data: { stored, columns } }: { readonly data: CoverageDto }): JSX.Element {
  return (
    <Card title="Columns" note={`share of ${plural(stored, 'movie')}`}>
      <p class="muted data-lead">
        A movie gets most columns with its details. An empty list counts as no value.
      </p>
      <Bars
        caption="Movies with a value, by column"
        heads={['Column', 'Share', 'Movies']}
        class="columns"
        rows={columns.map(({ name, filled }) => ({
          name: <code>{name}</code>,
          key: name,
          share: filled / stored,
          value: count(filled),
        }))}
      />
    </Card>
  );
}

function Figures({ data }: { readonly data: CoverageDto }): JSX.Element {
  const { stored, enriched, catalogue } = data;
  return (
    <Card title="Movies" note="at most a minute old">
      <dl class="figures">
        <Figure name="Stored" value={stored} />
        <Figure name="With details" value={enriched} note={percent(enriched / stored)} />
        {catalogue === null || catalogue.movies === 0 ? null : (
          <Figure
            name="At TMDB"
            value={catalogue.movies}
            note={`${percent(catalogue.enriched / catalogue.movies)} with details here`}
          />
        )}
        <Figure name="Never enriched" value={data.never_enriched} note="fetched by the next runs" />
        <Figure name="Gone" value={data.gone} note="no longer at TMDB" />
        <Figure name="Failing" value={data.failing} note="twice or more in a row" />
      </dl>
    </Card>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number;
  readonly note?: string;
}

function Figure({ name, value, note }: FigureProps): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        {count(value)}
        {note === undefined ? null : <span class="figure-note">{note}</span>}
      </dd>
    </div>
  );
}
