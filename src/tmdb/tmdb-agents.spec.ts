import { describe, expect, it } from '@jest/globals';
import { bypassesProxy } from './tmdb-agents.js';

describe('NO_PROXY', () => {
  it.each([
    ['api.themoviedb.org', 'api.themoviedb.org'],
    ['api.themoviedb.org', 'themoviedb.org'],
    ['api.themoviedb.org', '.themoviedb.org'],
    ['api.themoviedb.org', '*.TheMovieDB.org'],
    ['api.themoviedb.org', 'localhost, themoviedb.org'],
    ['api.themoviedb.org:8443', 'api.themoviedb.org:8443'],
    ['anything', '*'],
  ])('lets %s be reached without the proxy: %s', (host, noProxy) => {
    expect(bypassesProxy(host, noProxy)).toBe(true);
  });

  it.each([
    ['api.themoviedb.org', null],
    ['api.themoviedb.org', ''],
    ['api.themoviedb.org', 'moviedb.org'],
    ['api.themoviedb.org', 'other.org'],
    ['api.themoviedb.org:8443', 'api.themoviedb.org:443'],
  ])('sends %s through the proxy: %s', (host, noProxy) => {
    expect(bypassesProxy(host, noProxy)).toBe(false);
  });
});
