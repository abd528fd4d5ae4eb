/** The address of the next page, from a `Link` header; null on the last page. */
export function nextPage(headers: Headers): string | null {
  return /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? null;
}
