import type { JSX } from 'preact';
import { Card } from './card';
import './response-of.css';

interface ResponseOfProps {
  /** The path of the request. */
  readonly address: string;
  readonly body: object;
}

/** What the API answers, for whoever writes a program. A link alone would not send the token. */
export function ResponseOf({ address, body }: ResponseOfProps): JSX.Element {
  return (
    <Card title="JSON" note={<code>GET {address}</code>} class="response-of">
      <details>
        <summary>Show the response of the API</summary>
        <pre tabIndex={0}>{JSON.stringify(body, null, 2)}</pre>
      </details>
    </Card>
  );
}
