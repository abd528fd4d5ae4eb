import { describe, expect, it } from '@jest/globals';
import { decodePage } from './page.js';
import { UnusableBodyError } from './unusable-body-error.js';

const FULL = Array.from({ length: 20 }, (_, index) => ({ id: index + 1 }));
const PAGE_2_OF_5 = { page: 2, results: FULL, total_pages: 5, total_results: 100 };

describe('a page of a list', () => {
  it.each([
    ['page 1', { ...PAGE_2_OF_5, page: 1 }],
    ['an empty page before the end', { ...PAGE_2_OF_5, results: [] }],
    ['movies with total_pages 0', { ...PAGE_2_OF_5, total_pages: 0 }],
    ['movies behind the end', { ...PAGE_2_OF_5, total_pages: 1 }],
    ['a last page with more results', { ...PAGE_2_OF_5, total_pages: 2 }],
    ['an empty last page with results', { ...PAGE_2_OF_5, results: [], total_pages: 2, total_results: 60 }],
    ['no page number', { ...PAGE_2_OF_5, page: null }],
    ['page 0', { ...PAGE_2_OF_5, page: 0 }],
    ['a page number as text', { ...PAGE_2_OF_5, page: '2' }],
    ['a negative total_pages', { ...PAGE_2_OF_5, results: [], total_pages: -1 }],
    ['results that are no list', { ...PAGE_2_OF_5, results: {} }],
    ['an error in place of the results', { success: false, errors: ['page is invalid'] }],
    ['a list without its page', FULL],
    ['no total_pages', { ...PAGE_2_OF_5, total_pages: undefined }],
  ])('is rejected in answer to a request for page 2: %s', (_, body) => {
    expect(() => decodePage(body, 2)).toThrow(UnusableBodyError);
  });

  it.each([
    ['a full page', PAGE_2_OF_5],
    ['a short page before the end', { ...PAGE_2_OF_5, results: FULL.slice(3) }],
    ['a last page', { ...PAGE_2_OF_5, total_pages: 2, total_results: 40 }],
    ['a short last page', { ...PAGE_2_OF_5, results: FULL.slice(3), total_pages: 2, total_results: 37 }],
    ['a page without total_results', { ...PAGE_2_OF_5, total_results: undefined }],
    ['an empty page behind the end', { ...PAGE_2_OF_5, results: [], total_pages: 1, total_results: 20 }],
    ['an empty page of an empty list', { ...PAGE_2_OF_5, results: [], total_pages: 0, total_results: 0 }],
  ])('is accepted in answer to a request for page 2: %s', (_, body) => {
    expect(decodePage(body, 2).items).toHaveLength(body.results.length);
  });

  it('is accepted as page 500 of 500 whatever the number of results is', () => {
    const body = { page: 500, results: FULL, total_pages: 500, total_results: 1_000_000 };
    expect(decodePage(body, 500).totalPages).toBe(500);
  });
});
