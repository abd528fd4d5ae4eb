import type { ComponentType } from 'preact';
import type { IconName } from './components/icons';
import { About } from './pages/about/about';
import { Data } from './pages/data/data';
import { MoviePage } from './pages/movie/movie';
import { Movies } from './pages/movies/movies';
import { Overview } from './pages/overview/overview';
import { RunPage } from './pages/run/run';
import { Runs } from './pages/runs/runs';
import { Schedules } from './pages/schedules/schedules';

/** The parameters of a page's path. Its filters are in the query. */
export type Parameters = Readonly<Record<string, string>>;

interface PageEntry {
  /** Such as `/runs/:id`. */
  readonly path: string;
  readonly page: ComponentType<Parameters>;
  /** Null for a page that another one leads to. */
  readonly navigation: { readonly name: string; readonly icon: IconName } | null;
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { path: '/', page: Overview, navigation: { name: 'Overview', icon: 'overview' } },
  { path: '/runs', page: Runs, navigation: { name: 'Runs', icon: 'runs' } },
  { path: '/runs/:id', page: RunPage, navigation: null },
  { path: '/schedules', page: Schedules, navigation: { name: 'Schedules', icon: 'schedules' } },
  { path: '/movies', page: Movies, navigation: { name: 'Movies', icon: 'movies' } },
  { path: '/movies/:id', page: MoviePage, navigation: null },
  { path: '/data', page: Data, navigation: { name: 'Data', icon: 'data' } },
  { path: '/about', page: About, navigation: { name: 'About', icon: 'about' } },
];
