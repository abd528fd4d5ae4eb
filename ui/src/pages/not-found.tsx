import type { JSX } from 'preact';
import { Empty } from '../components/states';
import { Page } from '../components/page';
import { href } from '../router';

export function NotFound(): JSX.Element {
  return (
    <Page title="Page not found">
      <Empty title="There is no page at this address.">
        <p>
          It may have moved. The <a href={href('/')}>overview</a> leads to all pages.
        </p>
      </Empty>
    </Page>
  );
}
